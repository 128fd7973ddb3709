/** The log as pages: the same order and the same cursors as its subscriptions. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConnectionArguments } from '../../src/common/connection.js';
import { encodeCursor } from '../../src/platform/log/cursor.js';
import type { EventFilterInput } from '../../src/platform/log/event-filter.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';
import { type LogProcess, startLogProcess } from '../helpers/log-process.js';

let testDatabase: TestDatabase;
let process: LogProcess;
const ids: string[] = [];

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  process = await startLogProcess(testDatabase.connection);
  for (let count = 0; count < 10; count++) ids.push(await process.publish({ recommendations: [1 + (count % 2)] }));
});

afterAll(async () => {
  await process.stop();
  await testDatabase.drop();
});

const page = (page: ConnectionArguments, filter?: EventFilterInput | null) =>
  process.log.page(process.database, page, filter, (entry) => entry.eventId);

async function cursorAt(position: number): Promise<string> {
  return encodeCursor({ ...(await process.log.end()), position });
}

test('has what was committed a moment ago, oldest first', async () => {
  const found = await page({});
  expect(found.nodes).toEqual(ids);
  expect(found.pageInfo).toEqual({
    hasNextPage: false,
    hasPreviousPage: false,
    startCursor: await cursorAt(1),
    endCursor: await cursorAt(10),
  });
});

test('pages forwards to the end', async () => {
  const seen: string[] = [];
  let after: string | null = null;
  for (let more = true; more;) {
    const found = await page({ first: 4, after });
    seen.push(...found.nodes);
    expect(found.hasPreviousPage).toBe(after !== null);
    after = found.pageInfo.endCursor;
    more = found.hasNextPage;
  }
  expect(seen).toEqual(ids);
});

test('pages backwards to the start', async () => {
  let seen: string[] = [];
  let before: string | null = null;
  for (let more = true; more;) {
    const found = await page({ last: 4, before });
    seen = [...found.nodes, ...seen];
    expect(found.hasNextPage).toBe(before !== null);
    before = found.pageInfo.startCursor;
    more = found.hasPreviousPage;
  }
  expect(seen).toEqual(ids);
});

test('between two cursors', async () => {
  const found = await page({ after: await cursorAt(2), before: await cursorAt(6), first: 2 });
  expect(found.nodes).toEqual(ids.slice(2, 4));
  expect(found.hasNextPage).toBe(true);
});

test('counts the whole list under the filter, whatever the page', async () => {
  const found = await page({ first: 2, after: await cursorAt(3) }, { recommendations: [2] });
  expect(found.nodes).toEqual([ids[3], ids[5]]);
  expect(await found.count()).toBe(5);
});

test('an edge has the cursor that a subscription resumes from', async () => {
  const found = await page({ first: 9 });
  const source = await process.log.subscribe({ after: found.pageInfo.endCursor });
  expect((await source.next()).value?.eventId).toBe(ids[9]);
  await source.return();
});

test('an empty page', async () => {
  expect((await page({ first: 0 })).pageInfo).toEqual({
    hasNextPage: true,
    hasPreviousPage: false,
    startCursor: null,
    endCursor: null,
  });
});

test('names the argument whose cursor is wrong', async () => {
  await expect(page({ before: 'nonsense' })).rejects.toThrow(/^`before`/);
  await expect(page({ after: await cursorAt(11) })).rejects.toMatchObject({ extensions: { code: 'CURSOR_INVALID' } });
});

test('never lacks what its reader committed just before', async () => {
  for (let round = 0; round < 20; round++) {
    const id = await process.publish();
    expect((await page({ last: 1 })).nodes).toEqual([id]);
  }
});
