/** Drafts, edits, retractions and notes that are not public are in no answer as of a time, whoever asks. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { type Aviary, fill } from '../helpers/canaries.js';
import { type CrawlOperation, Crawler } from '../helpers/crawler.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let own: Aviary;
let operations: (depth: number) => CrawlOperation[];

beforeAll(async () => {
  server = await startTestServer();
  own = await fill(server, 'DK-775100', 0);
  const asOf = new Date();
  await until(
    async () =>
      expect(
        (await server.query('query ($asOf: DateTime) { caseStudies(asOf: $asOf) { totalCount } }', { asOf })).errors,
      ).toBeUndefined(),
    { interval: 100 },
  );
  const { ids } = own;
  const known = {
    asOf: [asOf],
    id: [...ids['record']!, ...ids['link']!, ...ids['comment']!, own.organisationId],
    ids: [[...ids['record']!.slice(0, 2), ...ids['link']!.slice(0, 1)]],
    slug: ids['slug']!,
    statuses: [['DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED'], ['DRAFT'], ['RETRACTED']],
    organisations: [[own.organisationId]],
    first: [10],
    last: [undefined],
    before: [undefined],
    after: [undefined],
  };
  const crawler = new Crawler(buildGraphqlSchema(), known);
  operations = (depth) => crawler.queries(depth).filter(({ query }) => query.includes('asOf: $asOf'));
}, 120_000);
afterAll(() => server.close());

it('tells everybody what is for everybody, and nothing else', { timeout: 120_000 }, async () => {
  const open = own.canaries.filter(({ audience }) => audience === 'everybody').map(({ text }) => text);
  const hidden = own.canaries.filter(({ audience }) => audience !== 'everybody');
  for (const credential of [ADMIN_KEY, own.contributor.key]) {
    const answers: string[] = [];
    for (const depth of [3, 2]) {
      for (const { query, variables } of operations(depth)) {
        const answer = await server.as(credential, query, variables);
        answers.push(JSON.stringify(answer));
        expect(answer.errors?.[0]?.message ?? '').not.toContain('`asOf`');
      }
    }
    const text = answers.join('\n');
    expect(
      open.filter((canary) => !text.includes(canary)),
      'the crawl reaches all that is public',
    ).toEqual([]);
    expect(hidden.filter((canary) => text.includes(canary.text)).map(({ what }) => what)).toEqual([]);
  }
});
