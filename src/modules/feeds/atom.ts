/** Atom, RFC 4287, with the pages of RFC 5005. */
import { escapeXml } from '../../common/xml.js';
import type { Category, Feed, FeedEntry } from './feed.js';

export const ATOM_TYPE = 'application/atom+xml; charset=utf-8';

export function writeAtom(feed: Feed): string {
  // RFC 4287, section 4.1.1, wants a time also of a feed without entries.
  const updated = (feed.changedAt ?? new Date(0)).toISOString();
  const links = [
    link('self', feed.address, 'application/atom+xml'),
    link('alternate', feed.homeAddress, 'text/html'),
    ...(feed.address === feed.firstAddress ? [] : [link('first', feed.firstAddress, 'application/atom+xml')]),
    ...(feed.nextAddress === null ? [] : [link('next', feed.nextAddress, 'application/atom+xml')]),
  ];
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
  <id>${escapeXml(feed.firstAddress)}</id>
  <title>${escapeXml(feed.title)}</title>
  <updated>${updated}</updated>
  ${links.join('\n  ')}
${feed.entries.map(writeEntry).join('')}</feed>
`;
}

function writeEntry(entry: FeedEntry): string {
  const { name, url } = entry.author;
  return `  <entry xml:lang="${entry.language}">
    <id>urn:uuid:${entry.id}</id>
    <title type="text">${escapeXml(entry.title)}</title>
    <summary type="text">${escapeXml(entry.summary)}</summary>
    <author><name>${escapeXml(name)}</name>${url === null ? '' : `<uri>${escapeXml(url)}</uri>`}</author>
    <published>${entry.publishedAt.toISOString()}</published>
    <updated>${entry.changedAt.toISOString()}</updated>
    ${[link('alternate', entry.address, 'text/html'), ...entry.categories.map(category)].join('\n    ')}
  </entry>
`;
}

function link(relation: string, address: string, type: string): string {
  return `<link rel="${relation}" type="${type}" href="${escapeXml(address)}"/>`;
}

function category({ term, label }: Category): string {
  return `<category term="${escapeXml(term)}" label="${escapeXml(label)}"/>`;
}
