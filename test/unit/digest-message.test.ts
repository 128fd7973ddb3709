/** What stands in a digest: the same in both forms, and nothing that a title could smuggle in. */
import { describe, expect, it } from 'vitest';
import { Language } from '../../src/common/language.js';
import { type DigestContent, digestMessage, questionMessage } from '../../src/modules/digests/digest-message.js';
import { DigestFrequency } from '../../src/modules/digests/digest.entity.js';
import { Provenance } from '../../src/modules/records/record.entity.js';
import { type EventType, eventTypes } from '../../src/platform/log/log-entry.js';

const SENDER = { base: 'https://medspil.example.org', domain: 'example.net' };
const LINK = 'https://medspil.example.org/digests/unsubscribe?token=abc&language=en';

type Item = DigestContent['items'][number];

let position = 0;
function item(type: EventType, title: string | null, { organisation = 'A library', illustrative = false } = {}): Item {
  position++;
  const provenance = illustrative ? Provenance.ILLUSTRATIVE : Provenance.DOCUMENTED;
  return {
    entry: {
      epoch: 'e',
      position,
      eventId: String(position),
      type,
      occurredAt: new Date(),
      recordId: `00000000-0000-7000-8000-${String(position).padStart(12, '0')}`,
      recordKind: 'LESSON',
      recordVersion: 1,
      relatedRecordId: null,
      organisationId: '00000000-0000-7000-8000-000000000000',
      municipalities: [],
      recommendations: [],
      themes: [],
    },
    record: title === null ? null : { title, provenance },
    organisation,
  };
}

function content(items: readonly Item[], rest: Partial<DigestContent> = {}): DigestContent {
  return {
    id: 'd',
    frequency: DigestFrequency.DAILY,
    language: Language.EN,
    position: 9,
    inbox: null,
    unsubscribeAddress: LINK,
    items,
    count: items.length,
    ...rest,
  };
}

/** As a reader of HTML sees it. */
function seen(html: string): string {
  return html
    .replace(/<head>.*<\/head>/s, '')
    .replace(/<[^>]*>/g, ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replace(/\s+/g, ' ');
}

const linksIn = (html: string) =>
  [...html.matchAll(/href="([^"]*)"/g)].map(([, address]) => address!.replaceAll('&amp;', '&'));

describe.each(Object.values(Language))('a digest in %s', (language) => {
  const items = eventTypes.map((type, index) =>
    item(type, `Title number ${index}`, { organisation: `House ${index}` }),
  );
  const message = digestMessage(content(items, { language }), SENDER);

  it('has the same in text and in HTML', () => {
    const html = seen(message.html);
    for (const { record, organisation } of items) {
      for (const part of [record!.title, organisation]) {
        expect(message.text).toContain(part);
        expect(html).toContain(part);
      }
    }
    const links = linksIn(message.html);
    expect(links).toHaveLength(items.length + 1);
    for (const link of links) expect(message.text).toContain(link);
    // Line by line, whatever marks and addresses they have besides.
    for (const line of message.text.split('\n').map((text) => text.replace(/^\W+|:$/g, ''))) {
      if (!line.startsWith('https:')) expect(html.toUpperCase()).toContain(line.toUpperCase().trim());
    }
  });

  it('loads nothing', () => {
    expect(message.html).not.toMatch(/<(img|link|script|style|iframe|object)|src=|url\(/i);
    expect(message.html).toContain(`<html lang="${language.toLowerCase()}">`);
  });

  it('says where it is from, why it comes and how to stop it', () => {
    expect(message.text).toContain(SENDER.base);
    expect(message.text.trimEnd().endsWith(LINK)).toBe(true);
    expect(message.headers).toMatchObject({
      'List-Unsubscribe': `<${LINK}>`,
      'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click',
      'Auto-Submitted': 'auto-generated',
    });
    expect(message.id).toBe('digest.d.9@example.net');
  });

  it('has its own words for every event', () => {
    const groups = [...message.html.matchAll(/<h2>(.*?)<\/h2>/g)].map(([, name]) => name);
    expect(new Set(groups).size).toBe(eventTypes.length);
  });
});

describe('a digest', () => {
  it('is Danish or English in all its parts', () => {
    const parts = [item('PUBLISHED', 'x')];
    const [danish, english] = [Language.DA, Language.EN].map((language) =>
      digestMessage(content(parts, { language }), SENDER),
    );
    expect(danish!.subject).toBe('Medspil: 1 ny besked i din indbakke');
    expect(english!.subject).toBe('Medspil: 1 new message in your inbox');
    expect(danish!.text).toContain('Du får den om morgenen');
    expect(english!.text).toContain('You get it in the morning');
    expect(danish!.text).not.toMatch(/inbox|digest(?!s\/)|\bNew\b/);
    const weekly = digestMessage(
      content(parts, {
        language: Language.DA,
        frequency: DigestFrequency.WEEKLY,
        inbox: 'Aarhus Kommunes Biblioteker',
        count: 3,
      }),
      SENDER,
    );
    expect(weekly.subject).toBe('Medspil: 3 nye beskeder i indbakken for Aarhus Kommunes Biblioteker');
    expect(weekly.text).toContain('mandag morgen');
  });

  it('is in groups, and within each in the log’s order', () => {
    const items = [
      item('REVISED', 'One'),
      item('PUBLISHED', 'Two'),
      item('REVISED', 'Three'),
      item('PUBLISHED', 'Four'),
    ];
    const { text, html } = digestMessage(content(items), SENDER);
    for (const form of [text, html]) expect(form).toMatch(/Two[^]*Four[^]*One[^]*Three/);
  });

  it('tells of what was taken back that it was, and nothing else', () => {
    const items = [item('RETRACTED', null), item('PUBLISHED', null)];
    const { text, html } = digestMessage(content(items), SENDER);
    expect(text).toContain('* Lesson\n');
    expect(text).toContain('* Lesson, taken back since\n');
    expect(linksIn(html)).toEqual([LINK]);
  });

  it('says of a use who used it, and of an illustration that it is one', () => {
    const used = item('ADOPTED', 'A lesson', { organisation: 'The rowing club', illustrative: true });
    const { text } = digestMessage(content([used]), SENDER);
    expect(text).toContain('Lesson · Used by The rowing club · illustration, invented');
  });

  it('tells how many there are when it does not show them all', () => {
    const { text, html, subject } = digestMessage(content([item('PUBLISHED', 'x')], { count: 53 }), SENDER);
    expect(subject).toContain('53 new messages');
    for (const form of [text, html]) expect(form).toContain('… and 52 more');
  });

  it.each([
    ['<script>alert(1)</script>', '&lt;script&gt;'],
    ['"><img src=x onerror=alert(1)>', '&quot;&gt;&lt;img'],
    ['Tea & coffee', 'Tea &amp; coffee'],
  ])('shows the title %s as it is', (title, escaped) => {
    const { text, html } = digestMessage(content([item('PUBLISHED', title)]), SENDER);
    expect(text).toContain(`* ${title}\n`);
    expect(html).toContain(escaped);
    expect(html).not.toMatch(/<script|<img/);
  });

  it('keeps each title and name on one line', () => {
    const nasty = 'One\r\nBcc: x@example.org\n* Another\u2028line \u202eturned';
    const { text, html, subject, headers } = digestMessage(
      content([item('PUBLISHED', nasty, { organisation: nasty })], { inbox: nasty }),
      SENDER,
    );
    expect(subject).not.toMatch(/[\r\n\u2028\u202e]/);
    expect(Object.values(headers).join('')).not.toMatch(/[\r\n]/);
    expect(text).toContain('* One Bcc: x@example.org * Another line turned\n');
    expect(text).not.toMatch(/^(Bcc|\* Another)/m);
    expect(html).not.toMatch(/[\u2028\u202e]/);
  });
});

describe('the question whether mail is wanted', () => {
  it.each(Object.values(Language))('is asked in %s, with the link in both forms', (language) => {
    const address = 'https://medspil.example.org/digests/confirm?token=abc&language=da';
    const { text, html, headers } = questionMessage({ id: 'q', language, address }, SENDER);
    expect(text).toContain(`\n${address}\n`);
    expect(linksIn(html)).toEqual([address]);
    expect(headers).not.toHaveProperty('List-Unsubscribe');
    expect(seen(html)).toContain(text.split('\n')[0]);
  });

  it('is in another language for another reader', () => {
    const [danish, english] = [Language.DA, Language.EN].map(
      (language) => questionMessage({ id: 'q', language, address: 'https://x.example' }, SENDER).text,
    );
    expect(danish).toContain('Vil du have mails');
    expect(english).toContain('Do you want mail');
  });
});
