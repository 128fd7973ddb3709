/** Whatever somebody writes, what it is rendered to holds nothing that a page should not show. */
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../src/common/markdown.js';
import { randomRuns } from '../helpers/random-runs.js';

const browserPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path));

const TAGS = 'a blockquote br code em h1 h2 h3 h4 h5 h6 hr li ol p pre s strong table tbody td th thead tr ul'.split(
  ' ',
);
const ATTRIBUTES: Readonly<Record<string, readonly string[]>> = { a: ['href', 'rel', 'title'], ol: ['start'] };
const SCHEMES = ['http:', 'https:', 'mailto:'];

interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Reads HTML as it is written here and in no other way; what deviates from that is an error. */
function read(html: string): Element[] {
  const elements: Element[] = [];
  const open: string[] = [];
  const token = /<(\/?)([a-z][a-z0-9]*)((?: [a-z]+="[^"<>]*")*)>|[^<>]+/y;
  while (token.lastIndex < html.length) {
    const start = token.lastIndex;
    const match = token.exec(html);
    if (match === null) throw new Error(`neither a tag nor text: ${html.slice(start, start + 40)}`);
    const [, slash, tag, attributes] = match;
    if (tag === undefined) continue;
    if (slash) {
      if (open.pop() !== tag) throw new Error(`</${tag}> closes nothing`);
      continue;
    }
    if (!['br', 'hr'].includes(tag)) open.push(tag);
    elements.push({
      tag,
      attributes: Object.fromEntries(
        [...attributes!.matchAll(/ ([a-z]+)="([^"]*)"/g)].map(([, name, value]) => [name!, decoded(value!)]),
      ),
    });
  }
  if (open.length > 0) throw new Error(`<${open[0]}> is not closed`);
  return elements;
}

function decoded(text: string): string {
  return text.replace(
    /&(amp|lt|gt|quot);/g,
    (_all, name) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name as 'amp'],
  );
}

/** What an element should not be or have. */
function faults({ tag, attributes }: Element): string[] {
  const wrong: string[] = TAGS.includes(tag) ? [] : [`<${tag}>`];
  for (const name of Object.keys(attributes)) {
    if (!ATTRIBUTES[tag]?.includes(name)) wrong.push(`<${tag} ${name}>`);
  }
  if (tag === 'a') {
    if (attributes['rel'] !== 'noopener nofollow ugc') wrong.push(`rel ${attributes['rel']}`);
    // Against a base as a page has one: an address that needs it would lead into the page's own site.
    const base = 'gopher://page.invalid/here';
    const { protocol } = URL.canParse(attributes['href']!, base)
      ? new URL(attributes['href']!, base)
      : { protocol: '' };
    if (!SCHEMES.includes(protocol)) wrong.push(`href ${attributes['href']}`);
  }
  return wrong;
}

const SCHEME_DISGUISES = [
  'javascript:alert(1)',
  'JaVaScRiPt:alert(1)',
  'java\tscript:alert(1)',
  '&#106;avascript:alert(1)',
  '&#x6A;avascript&colon;alert(1)',
  'javascript&#0000058alert(1)',
  '\u0001javascript:alert(1)',
  '%6Aavascript:alert(1)',
  'javascript\\:alert(1)',
  'vbscript:msgbox(1)',
  'data:text/html,<script>alert(1)</script>',
  'data:image/svg+xml;base64,PHN2Zz4=',
  'DATA:text/html;charset=utf-8,x',
  'file:///etc/passwd',
  'blob:https://a.dk/1',
  'ftp://a.dk',
  'tel:+4512345678',
  'intent://x#Intent;end',
  '//evil.dk/x',
  '/relative',
  '#fragment',
  '?query',
  'https:evil.dk',
  'http:\\\\evil.dk',
  'https://',
  'feed:javascript:alert(1)',
  'view-source:https://a.dk',
];

const HOSTILE = [
  ...SCHEME_DISGUISES.flatMap((address) => [
    `[a](${address})`,
    `[a](<${address}>)`,
    `<${address}>`,
    `[a][r]\n\n[r]: ${address}`,
    `![a](${address})`,
    `[![a](https://a.dk/p.png)](${address})`,
    address,
  ]),
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<a href="javascript:alert(1)">a</a>',
  '<svg/onload=alert(1)>',
  '<!-- --><iframe srcdoc="x"></iframe>',
  '&lt;script&gt;alert(1)&lt;/script&gt;',
  '`<script>`',
  '``` "><script>alert(1)</script>\nx\n```',
  '~~~ html" onclick="alert(1)\nx\n~~~',
  '    <script>alert(1)</script>',
  '[a](https://a.dk "\\" onmouseover=\\"alert(1)")',
  `[a](https://a.dk '"><img src=x onerror=alert(1)>')`,
  '[a](https://a.dk/"onmouseover="alert(1))',
  '[<img src=x onerror=alert(1)>](https://a.dk)',
  '<https://a.dk/"onmouseover=alert(1)>',
  'https://a.dk/"><script>alert(1)</script>',
  'https://a.dk/<img src=x>',
  'mailto:a@b.dk?subject="><script>alert(1)</script>',
  '|a|b|\n|:-|-:|\n|<b>x</b>|`|`|',
  '<math><mtext></math><img src onerror=alert(1)>',
  ']]><script>alert(1)</script>',
  '1000000000. a\n2. b',
  '[a]: https://a.dk "x" onload=y\n\n[a]',
  '[a]() [a](<>) [a][r]\n\n[r]: <>',
  '\u2028<script>\u2029',
];

const word = fc.oneof(
  fc.constantFrom(
    'a',
    'bøger',
    '[',
    ']',
    '(',
    ')',
    '<',
    '>',
    '!',
    '`',
    '```',
    '~~~',
    '~~',
    '*',
    '**',
    '_',
    '|',
    '\n',
    '\n\n',
  ),
  fc.constantFrom(
    '    ',
    '> ',
    '- ',
    '1. ',
    '# ',
    '"',
    "'",
    '\\',
    '&',
    '&#',
    ';',
    ':',
    '|-|-|\n',
    '\t',
    '\u0000',
    '===',
    '[r]: ',
  ),
  fc.constantFrom(
    'https://a.dk',
    'http://',
    'mailto:',
    'a@b.dk',
    '[a](',
    '[r]',
    '&quot;',
    '&#34;',
    '&lt;',
    '<b',
    '-->',
    'onx="',
  ),
  fc.constantFrom(...SCHEME_DISGUISES),
  fc.string({ unit: 'grapheme', maxLength: 6 }),
);
const text = fc.oneof(
  fc.array(word, { maxLength: 40 }).map((words) => words.join('')),
  fc.array(fc.oneof(fc.constantFrom(...HOSTILE), word), { maxLength: 6 }).map((words) => words.join(' ')),
  fc.array(fc.constantFrom(...HOSTILE), { maxLength: 5 }).map((words) => words.join('\n')),
);

describe('a text', () => {
  it('is rendered as people who write Markdown expect', () => {
    expect(renderMarkdown('# Why\n\nWe *share* **keys**, ~~not~~ `money`.\n\n1. One\n2. Two')).toBe(
      '<h1>Why</h1>\n<p>We <em>share</em> <strong>keys</strong>, <s>not</s> <code>money</code>.</p>\n<ol>\n<li>One</li>\n<li>Two</li>\n</ol>\n',
    );
    expect(renderMarkdown('|a|\n|:-:|\n|b|')).toBe(
      '<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>\n',
    );
    expect(renderMarkdown('```js\na < b\n```')).toBe('<pre><code>a &lt; b\n</code></pre>\n');
  });

  it('has links to whole addresses, marked as not the platform’s own', () => {
    const link = (href: string, label: string) => `<p><a href="${href}" rel="noopener nofollow ugc">${label}</a></p>\n`;
    expect(renderMarkdown('https://a.dk/b')).toBe(link('https://a.dk/b', 'https://a.dk/b'));
    expect(renderMarkdown('[a](HTTP://a.dk)')).toBe(link('HTTP://a.dk', 'a'));
    expect(renderMarkdown('a@b.dk')).toBe(link('mailto:a@b.dk', 'a@b.dk'));
    expect(renderMarkdown('Det er slut.Nu begynder')).toBe('<p>Det er slut.Nu begynder</p>\n');
    expect(renderMarkdown('[a]() [b](https://b.dk)')).toBe(link('https://b.dk', 'b').replace('<p>', '<p>a '));
  });

  it('shows HTML and pictures as text', () => {
    expect(renderMarkdown('<b>x</b>')).toBe('<p>&lt;b&gt;x&lt;/b&gt;</p>\n');
    expect(renderMarkdown('![a](/p.png)')).not.toContain('<img');
  });

  it.each(HOSTILE)('is harmless: %j', (hostile) => {
    expect(read(renderMarkdown(hostile)).flatMap(faults)).toEqual([]);
  });

  it('is harmless, whatever it is', () => {
    fc.assert(
      fc.property(text, (random) => {
        expect(read(renderMarkdown(random)).flatMap(faults)).toEqual([]);
      }),
      randomRuns(3_000),
    );
  });

  it('is rendered in a moment, however it is nested', () => {
    const nested = ['[', '> ', '*a ', '[a](', '`', '<a@', '- \n', '|a', '![', '&amp;', 'https://a.dk '];
    for (const part of nested) {
      const started = performance.now();
      renderMarkdown(part.repeat(50_000 / part.length));
      expect(performance.now() - started, part).toBeLessThan(5_000);
    }
  });
});

describe.skipIf(browserPath === undefined)('in a browser', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath!, args: ['--no-sandbox'] });
    page = await browser.newPage();
  }, 60_000);
  afterAll(() => browser?.close());

  /** What the browser makes of each piece of HTML. As text, for what is there in a page is unknown here. */
  const parse = (pieces: string[]): Promise<Element[][]> =>
    page.evaluate(`${JSON.stringify(pieces)}.map((html) =>
      [...new DOMParser().parseFromString(html, 'text/html').querySelectorAll('body *')].map((element) => ({
        tag: element.localName,
        attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
      })))`);

  it('is the same as what was read here, and as harmless', async () => {
    const samples = fc.sample(text, { ...randomRuns(500), numRuns: 500 });
    const rendered = [...HOSTILE, ...samples].map(renderMarkdown);
    const parsed = await parse(rendered);
    expect(parsed.flat().flatMap(faults)).toEqual([]);
    expect(parsed).toEqual(rendered.map(read));
  });

  it('sees what is wrong', async () => {
    const [elements] = await parse(['<p onclick="x"><a href="javascript:alert(1)">a</a><img src="x"></p>']);
    expect(elements!.flatMap(faults)).toEqual([
      '<p onclick>',
      'rel undefined',
      'href javascript:alert(1)',
      '<img>',
      '<img src>',
    ]);
  });
});

describe('the reader of this test', () => {
  it.each(['<b', '<p x=y>', '<p>', '</p>', 'a > b', '<p "x">', '<P>'])('stumbles at %s', (html) => {
    expect(() => read(html)).toThrow();
  });

  it('names what should not be there', () => {
    expect(read('<img src="x"><a href="/x"></a></img>').flatMap(faults)).toEqual([
      '<img>',
      '<img src>',
      'rel undefined',
      'href /x',
    ]);
  });
});
