/** Nothing reaches readers of feeds that is not for everybody: the bytes of all feeds. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Aviary, fill } from '../helpers/canaries.js';
import { readAtom, readJsonFeed } from '../helpers/feeds.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let aviary: Aviary;
beforeAll(async () => {
  server = await startTestServer();
  aviary = await fill(server, 'DK-775100', 0);
}, 120_000);
afterAll(() => server.close());

/** All pages, with and without a key that may read everything. */
async function allBytes(format: 'atom' | 'json', parameters: string): Promise<string> {
  const texts: string[] = [];
  const read = format === 'atom' ? readAtom : readJsonFeed;
  const credentials: Record<string, string>[] = [{}, { authorization: `Bearer ${ADMIN_KEY}` }];
  for (const headers of credentials) {
    let address: string | null = `${server.url}/feeds/knowledge.${format}${parameters}`;
    while (address !== null) {
      const response = await fetch(address, { headers });
      expect(response.status).toBe(200);
      const text = await response.text();
      texts.push(text, JSON.stringify([...response.headers]));
      address = read(text).next;
    }
  }
  return texts.join('\n');
}

it.each(['atom', 'json'] as const)('the %s feeds tell what everybody may read, and nothing else', async (format) => {
  const { record = [] } = aviary.ids;
  const filters = ['', ...record.map((id) => `?records=${id}`), `?organisations=${aviary.organisationId}`];
  const bytes = (await Promise.all(filters.map((parameters) => allBytes(format, parameters)))).join('\n');
  const told = aviary.canaries.filter(({ text }) => bytes.includes(text));
  expect(told.filter(({ audience }) => audience !== 'everybody').map(({ what }) => what)).toEqual([]);
  expect(told.length).toBeGreaterThan(3);
});
