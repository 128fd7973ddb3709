/** Seeding a knowledge base that is there already: by a start of another server on the same database. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { mutate } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterAll(() => server.close());

const STATE = `{
  caseStudies { totalCount } experiences { totalCount } organisations { totalCount } knowledgeEvents { totalCount }
  lessons { totalCount nodes { slug version evidence { stance } links { nodes { id } } adoptions { nodes { id } } } }
}`;

async function startAgain(): Promise<void> {
  const sibling = await server.sibling();
  await sibling.close();
}

it('changes nothing the second time', async () => {
  const before = await server.query(STATE);
  await startAgain();
  expect(await server.query(STATE)).toEqual(before);
});

it('does not bring back a link that was taken away', async () => {
  const { data } = await server.query(STATE);
  const { id } = data.lessons.nodes.flatMap((lesson: any) => lesson.links.nodes)[0];
  expect((await mutate(server, 'unlink', 'link { id }', { id })).errors).toEqual([]);
  const before = await server.query(STATE);
  await startAgain();
  expect(await server.query(STATE)).toEqual(before);
});
