import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import sql from 'sql-template-tag';
import { fold } from '../../src/common/text.js';
import { Database } from '../../src/platform/database/database.js';
import { createTestDatabase, type TestDatabase } from '../helpers/database.js';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.open({
    connection: testDatabase.connection,
    entities: [],
    migrations: [],
    onIdleError: (error) => console.error(error),
  });
});

afterAll(async () => {
  await database?.close();
  await testDatabase?.drop();
});

async function foldedByDatabase(texts: readonly string[]): Promise<string[]> {
  const rows = await database.rows<{ folded: string }>(
    sql`SELECT fold(text) AS folded FROM unnest(${texts}::text[]) WITH ORDINALITY AS t(text, place) ORDER BY place`,
  );
  return rows.map((row) => row.folded);
}

/** Scripts that Unicode has known for so long that Node and the oldest PostgreSQL agree on their letters. */
const LETTERS: string[] = [];
for (const [first, last] of [
  [0x20, 0x24f],
  [0x300, 0x36f],
  [0x388, 0x3ff],
  [0x400, 0x52f],
  [0x531, 0x556],
  [0x5d0, 0x5ea],
  [0x621, 0x64a],
  [0x1e00, 0x1f15],
  [0x2010, 0x2027],
  [0x2100, 0x214f],
  [0x2460, 0x24ff],
  [0x3041, 0x3096],
  [0x4e00, 0x4eff],
  [0xac00, 0xacff],
  [0xf900, 0xf9ff],
  [0xfb00, 0xfb06],
  [0xfdf0, 0xfdfb],
  [0xff01, 0xff5e],
] as const) {
  for (let code = first; code <= last; code++) LETTERS.push(String.fromCodePoint(code));
}
LETTERS.push('😀', '𝔄', 'İ', 'ς', 'Σ');

test('the database folds every letter as fold() does', async () => {
  const theirs = await foldedByDatabase(LETTERS);
  expect(LETTERS.filter((letter, place) => theirs[place] !== fold(letter))).toEqual([]);
});

test('the database folds any text as fold() does', async () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom(...LETTERS), maxLength: 40 }),
    fc.string({
      unit: fc.constantFrom(...'aAåÅøØæÆöÖäÄßé', '\u030a', '\u0308', '\u0301', ' ', 'Σ', 'o'),
      maxLength: 12,
    }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 50 }), async (texts) => {
      expect(await foldedByDatabase(texts)).toEqual(texts.map(fold));
    }),
    { numRuns: 100 },
  );
});
