/** Pages of the knowledge base: HTML that loads nothing and runs nothing. */
import { createHash } from 'node:crypto';

export type PageLanguage = 'da' | 'en';

export interface Page {
  readonly language: PageLanguage;
  readonly title: string;
  /** For search engines, one paragraph. */
  readonly description?: string | undefined;
  readonly links: readonly PageLink[];
  /** What programs read of the page, as JSON-LD. */
  readonly data?: object | undefined;
  /** HTML. */
  readonly body: string;
  /** HTML. */
  readonly foot?: string | undefined;
}

export interface PageLink {
  readonly rel: string;
  readonly href: string;
  readonly type?: string | undefined;
}

const STYLE = `:root{color-scheme:light dark;--ink:#1d2129;--soft:#59616e;--line:#d9dde3;--paper:#fff;--tint:#f3f6f8;--accent:#0b5d6b}
@media(prefers-color-scheme:dark){:root{--ink:#e7eaee;--soft:#a4adba;--line:#3a424d;--paper:#15191f;--tint:#1e242c;--accent:#7fd0de}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:1.0625rem/1.6 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",sans-serif}
body>header,main,body>footer{max-width:46rem;margin:0 auto;padding:0 1.25rem}
body>header{padding-top:1.25rem;font-weight:700;letter-spacing:.02em;color:var(--accent)}
main{padding-bottom:3rem}
main,footer{overflow-wrap:anywhere}
h1{font-size:clamp(1.7rem,5vw,2.3rem);line-height:1.2;margin:.2rem 0 .8rem;text-wrap:balance}
h2{font-size:1.25rem;line-height:1.3;margin:2.4rem 0 .6rem;padding-top:1.2rem;border-top:1px solid var(--line)}
h3,article h4{font-size:1.05rem;margin:1.4rem 0 .3rem}
p,ul,ol,dl,table{margin:.6rem 0}
a{color:var(--accent);text-underline-offset:.15em}
a:focus-visible{outline:3px solid var(--accent);outline-offset:2px;border-radius:2px}
.kind{margin:2.2rem 0 0;color:var(--soft);font-size:.85rem;font-weight:600;letter-spacing:.08em;text-transform:uppercase}
.by,.small,footer{color:var(--soft);font-size:.93rem}
.lead{font-size:1.2rem;line-height:1.5}
.note{background:var(--tint);border-left:4px solid var(--accent);padding:.6rem 1rem;margin:1rem 0}
dl.facts{display:grid;grid-template-columns:fit-content(12rem) minmax(0,1fr);gap:.3rem 1.2rem;background:var(--tint);padding:1rem 1.2rem;border-radius:.4rem}
dt{color:var(--soft)}dd{margin:0}
li{margin:.25rem 0}
ul.plain{list-style:none;padding:0}
blockquote{margin:.8rem 0;padding-left:1rem;border-left:3px solid var(--line);color:var(--soft)}
pre{overflow-x:auto;background:var(--tint);padding:.8rem;border-radius:.4rem}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid var(--line);padding:.35rem .6rem;text-align:left;vertical-align:top}
body>footer{padding-bottom:2.5rem}
@media(max-width:30rem){dl.facts{display:block}dd{margin-bottom:.6rem}}
@media print{body{font-size:11pt}a{color:inherit}}`;

/** For pages as {@link writePage} makes them: their own style and nothing else. */
export const PAGE_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

export function writePage({ language, title, description, links, data, body, foot }: Page): string {
  const head = [
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeHtml(title)} · Medspil</title>`,
    ...(description ? [`<meta name="description" content="${escapeHtml(description)}">`] : []),
    ...links.map(
      ({ rel, href, type }) =>
        `<link rel="${escapeHtml(rel)}" href="${escapeHtml(href)}"${type === undefined ? '' : ` type="${escapeHtml(type)}"`}>`,
    ),
    `<style>${STYLE}</style>`,
    ...(data === undefined ? [] : [`<script type="application/ld+json">${scriptText(data)}</script>`]),
  ];
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
${head.join('\n')}
</head>
<body>
<header>Medspil</header>
<main>
${body}
</main>
${foot === undefined ? '' : `<footer>\n${foot}\n</footer>\n`}</body>
</html>
`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** For elements and for attributes in quotes. What no page may have becomes U+FFFD. */
export function escapeHtml(text: string): string {
  return text
    .replace(/[\0-\b\v\f\x0e-\x1f\x7f]|\p{Surrogate}/gu, '\ufffd')
    .replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** JSON for a script element: nothing in it ends the element, begins a comment, or is a line break to older readers. */
export function scriptText(data: object): string {
  return JSON.stringify(data).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

export function anchor(href: string, text: string, attributes = ''): string {
  return `<a href="${escapeHtml(href)}"${attributes}>${escapeHtml(text)}</a>`;
}

/** The beginning of a text, for the descriptions of search engines: cut between words. */
export function beginning(text: string, length = 200): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= length) return line;
  const cut = line.slice(0, length).replace(/[\ud800-\udbff]$/, '');
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), length / 2)).trimEnd()}…`;
}
