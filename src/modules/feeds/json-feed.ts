/** JSON Feed 1.1, https://www.jsonfeed.org/version/1.1/. */
import type { Feed, FeedEntry } from './feed.js';

export const JSON_FEED_TYPE = 'application/feed+json; charset=utf-8';

export function writeJsonFeed(feed: Feed): string {
  return JSON.stringify({
    version: 'https://jsonfeed.org/version/1.1',
    title: feed.title,
    home_page_url: feed.homeAddress,
    feed_url: feed.address,
    ...(feed.nextAddress !== null && { next_url: feed.nextAddress }),
    language: 'en',
    items: feed.entries.map(itemOf),
  });
}

function itemOf({ id, address, title, summary, language, publishedAt, changedAt, author, categories }: FeedEntry) {
  return {
    id: `urn:uuid:${id}`,
    url: address,
    title,
    content_text: summary,
    date_published: publishedAt.toISOString(),
    date_modified: changedAt.toISOString(),
    authors: [{ name: author.name, ...(author.url !== null && { url: author.url }) }],
    tags: categories.map(({ label }) => label),
    language,
  };
}
