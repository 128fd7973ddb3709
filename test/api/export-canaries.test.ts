/** Nothing is in an export that is not for everybody: the bytes of all formats, whole, filtered, and since a cursor. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Aviary, fill } from '../helpers/canaries.js';
import { downloadExport, fetchExport, readZip } from '../helpers/export-readers.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let aviary: Aviary;
let before: string;
beforeAll(async () => {
  server = await startTestServer();
  before = (await fetchExport(server.url, 'records.ndjson')).headers.get('knowledge-cursor')!;
  aviary = await fill(server, 'DK-775100', 0);
}, 120_000);
afterAll(() => server.close());

async function textOf(name: string, parameters: string): Promise<string> {
  const bytes = await downloadExport(server.url, name, parameters);
  if (name !== 'tables.zip') return bytes.toString();
  return [...(await readZip(bytes))].map(([file, content]) => `${file}\n${content.toString()}`).join('\n');
}

it.each(['records.ndjson', 'tables.zip', 'records.jsonld', 'records.ttl', 'graph.graphml'])(
  '%s tells what everybody may read, and nothing else',
  async (name) => {
    const { record = [], slug = [] } = aviary.ids;
    const filters = ['', `?organisations=${aviary.organisationId}`, `?records=${record.join()}`, `?since=${before}`];
    const texts: string[] = [];
    for (const parameters of filters) texts.push(await textOf(name, parameters));
    const [whole] = texts;
    // A slug is made from the title, and the address of what is taken back goes on telling that it is gone.
    const bytes = slug.reduce((text, one) => text.replaceAll(one, ''), texts.join('\n'));
    const told = aviary.canaries.filter(({ text }) => bytes.includes(text));
    expect(told.filter(({ audience }) => audience !== 'everybody').map(({ what }) => what)).toEqual([]);
    expect(told.length).toBeGreaterThan(2);
    // Where nothing is asked since a cursor there are no tombstones, and so not even the slugs.
    const hidden = aviary.canaries.filter(({ audience }) => audience !== 'everybody');
    expect(hidden.filter(({ text }) => whole!.includes(text)).map(({ what }) => what)).toEqual([]);
    const response = await fetchExport(server.url, name, '', { authorization: `Bearer ${ADMIN_KEY}` });
    const withKey = Buffer.from(await response.arrayBuffer());
    expect(withKey.equals(await downloadExport(server.url, name))).toBe(true);
  },
);
