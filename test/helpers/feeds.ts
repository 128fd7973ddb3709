/** Reads feeds as strict readers do. */
import { expect } from 'vitest';
import { type Element, xml2js } from 'xml-js';

export interface ReadEntry {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  readonly language: string;
  readonly address: string;
  readonly published: string;
  readonly updated: string;
  readonly author: string;
  readonly labels: readonly string[];
}

export interface ReadFeed {
  readonly title: string;
  readonly self: string;
  readonly next: string | null;
  readonly entries: readonly ReadEntry[];
}

const ATOM = 'http://www.w3.org/2005/Atom';
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
/** All that may stand in a document of XML 1.0. */
const XML_CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/** Parses Atom, and fails the test on whatever RFC 4287 does not allow. */
export function readAtom(text: string): ReadFeed {
  expect(text).toMatch(XML_CHARACTERS);
  const document = xml2js(text, { trim: false, captureSpacesBetweenElements: true }) as Element;
  const feed = one(document, 'feed');
  expect(feed.attributes?.['xmlns']).toBe(ATOM);
  expectAddress(textOf(one(feed, 'id')));
  expectTime(textOf(one(feed, 'updated')));
  const links = (relation: string) =>
    all(feed, 'link')
      .filter(({ attributes }) => attributes!['rel'] === relation)
      .map(({ attributes }) => attributes!['href'] as string);
  expect(links('self')).toHaveLength(1);
  expect(links('next').length).toBeLessThanOrEqual(1);
  all(feed, 'link').forEach(({ attributes }) => expectAddress(attributes!['href'] as string));
  const entries = all(feed, 'entry').map(readAtomEntry);
  expect(new Set(entries.map(({ id }) => id)).size).toBe(entries.length);
  return {
    title: textOf(one(feed, 'title')),
    self: links('self')[0]!,
    next: links('next')[0] ?? null,
    entries,
  };
}

function readAtomEntry(entry: Element): ReadEntry {
  for (const name of ['title', 'summary']) expect(one(entry, name).attributes!['type']).toBe('text');
  const alternates = all(entry, 'link').filter(({ attributes }) => attributes!['rel'] === 'alternate');
  expect(alternates).toHaveLength(1);
  const [published, updated] = ['published', 'updated'].map((name) => textOf(one(entry, name)));
  for (const time of [published!, updated!]) expectTime(time);
  expect(Date.parse(updated!)).toBeGreaterThanOrEqual(Date.parse(published!));
  const read = {
    id: textOf(one(entry, 'id')),
    title: textOf(one(entry, 'title')),
    text: textOf(one(entry, 'summary')),
    language: String(entry.attributes!['xml:lang']),
    address: String(alternates[0]!.attributes!['href']),
    published: published!,
    updated: updated!,
    author: textOf(one(one(entry, 'author'), 'name')),
    labels: all(entry, 'category').map(({ attributes }) => String(attributes!['label'])),
  };
  expectEntry(read);
  return read;
}

/** Parses JSON Feed, and fails the test on whatever version 1.1 does not allow. */
export function readJsonFeed(text: string): ReadFeed {
  const feed = JSON.parse(text);
  expect(feed.version).toBe('https://jsonfeed.org/version/1.1');
  expect(typeof feed.title).toBe('string');
  for (const name of ['home_page_url', 'feed_url']) expectAddress(feed[name]);
  if ('next_url' in feed) {
    expectAddress(feed.next_url);
    expect(feed.next_url).not.toBe(feed.feed_url);
  }
  const entries = feed.items.map((item: any) => {
    for (const time of [item.date_published, item.date_modified]) expectTime(time);
    expect(item).not.toHaveProperty('content_html');
    expect(item.tags.every((tag: unknown) => typeof tag === 'string')).toBe(true);
    const read: ReadEntry = {
      id: item.id,
      title: item.title,
      text: item.content_text,
      language: item.language,
      address: item.url,
      published: item.date_published,
      updated: item.date_modified,
      author: item.authors[0].name,
      labels: item.tags,
    };
    expectEntry(read);
    return read;
  });
  return { title: feed.title, self: feed.feed_url, next: feed.next_url ?? null, entries };
}

function expectEntry({ id, title, text, language, address, author }: ReadEntry): void {
  expect(id).toMatch(/^urn:uuid:[0-9a-f-]{36}$/);
  for (const value of [title, text, author]) expect(typeof value).toBe('string');
  expect(title).not.toBe('');
  expect(['da', 'en']).toContain(language);
  expectAddress(address);
}

function expectAddress(address: string): void {
  expect(new URL(address).href).toBe(address);
}

function expectTime(time: string): void {
  expect(time).toMatch(RFC_3339);
}

function all({ elements = [] }: Element, name: string): Element[] {
  return elements.filter((element) => element.name === name);
}

function one(parent: Element, name: string): Element {
  const found = all(parent, name);
  expect(found, `${name} in ${parent.name}`).toHaveLength(1);
  return found[0]!;
}

function textOf({ elements = [] }: Element): string {
  expect(elements.every(({ type }) => type === 'text')).toBe(true);
  return elements.map(({ text }) => String(text)).join('');
}
