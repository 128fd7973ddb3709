/** Where the feeds lie, and what they cost. */
import type { Context } from '../../platform/auth/context.js';
import { ATOM_TYPE, writeAtom } from './atom.js';
import type { Feed } from './feed.js';
import { FEED_LENGTH, type FeedService } from './feed.service.js';
import { JSON_FEED_TYPE, writeJsonFeed } from './json-feed.js';

export const ATOM_PATH = '/feeds/knowledge.atom';
export const JSON_FEED_PATH = '/feeds/knowledge.json';

/** What a query of as many events costs, each with its record and its organisation. */
const FEED_POINTS = 3 * FEED_LENGTH;

/** @param base gives the address of the server as clients know it, without a slash at the end */
export function feedDocuments(service: FeedService, base: () => string) {
  const route = (path: string, contentType: string, write: (feed: Feed) => string) => ({
    path,
    points: FEED_POINTS,
    read: async (context: Context, parameters: URLSearchParams) => {
      const feed = await service.read(context, parameters, base(), path);
      return { contentType, body: write(feed), changedAt: feed.changedAt };
    },
  });
  return [route(ATOM_PATH, ATOM_TYPE, writeAtom), route(JSON_FEED_PATH, JSON_FEED_TYPE, writeJsonFeed)];
}
