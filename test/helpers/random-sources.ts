/** Values that a random operation may ask for: those that are in the database, and those that nothing there expects. */
import pg from 'pg';
import { expect } from 'vitest';
import { getNamedType, isObjectType, isRequiredArgument, type GraphQLSchema } from 'graphql';
import type { TestServer } from './server.js';
import { until } from './until.js';

/** Real values, by what they are the values of. The same in each run, but for the ids, which stay in their order. */
export interface RealValues {
  readonly recordIds: readonly string[];
  readonly organisationIds: readonly string[];
  /** Of all other tables. */
  readonly otherIds: readonly string[];
  readonly slugs: readonly string[];
  readonly themes: readonly string[];
  readonly isils: readonly string[];
  readonly municipalities: readonly string[];
  readonly regions: readonly string[];
  readonly cursors: readonly string[];
  /** Of versions that were published, far enough back that nothing can come before them any more. */
  readonly times: readonly string[];
}

const EACH = 12;

/** Reads them, from the tables of `public` as they are, so that new ones have their ids among them. */
export async function readRealValues(server: TestServer, schema: GraphQLSchema): Promise<RealValues> {
  const client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  try {
    const texts = async (select: string): Promise<string[]> =>
      (await client.query<{ value: string }>(select)).rows.map(({ value }) => value);
    const tables = await texts(`
      SELECT table_name AS value FROM information_schema.columns
      WHERE table_schema = 'public' AND column_name = 'id' AND data_type = 'uuid' ORDER BY 1`);
    const idsOf = (table: string, limit: number) =>
      texts(`SELECT id AS value FROM ${pg.escapeIdentifier(table)} ORDER BY id LIMIT ${limit}`);
    const others = tables.filter((table) => table !== 'record' && table !== 'organisation');
    return {
      // Some of each kind, and of each status.
      recordIds: await texts(`
        SELECT id AS value FROM (
          SELECT id, row_number() OVER (PARTITION BY kind, status ORDER BY id) AS place FROM record) AS placed
        WHERE place <= ${EACH} ORDER BY id`),
      organisationIds: await texts(`
        SELECT id AS value FROM (
          SELECT id, row_number() OVER (PARTITION BY kind ORDER BY id) AS place FROM organisation) AS placed
        WHERE place <= ${EACH} ORDER BY id`),
      otherIds: await inTurn(others, (table) => idsOf(table, EACH)),
      slugs: await texts('SELECT slug AS value FROM record ORDER BY id'),
      themes: await texts('SELECT slug AS value FROM theme ORDER BY 1'),
      isils: await texts(`SELECT isil AS value FROM organisation WHERE isil IS NOT NULL ORDER BY 1 LIMIT ${EACH}`),
      municipalities: await texts(`
        SELECT municipality_code AS value FROM record WHERE municipality_code IS NOT NULL
        UNION SELECT min(code) FROM municipality ORDER BY 1`),
      regions: await texts('SELECT code AS value FROM region ORDER BY 1'),
      cursors: await cursorsOf(server, schema),
      times: await settledTimes(client),
    };
  } finally {
    await client.end();
  }
}

/** The first, the middle one and the last. */
async function settledTimes(client: pg.Client): Promise<string[]> {
  await until(
    async () => {
      const { rows } = await client.query(`SELECT FROM revision WHERE created_at > now() - interval '1.5 seconds'`);
      expect(rows).toEqual([]);
    },
    { interval: 100 },
  );
  const { rows } = await client.query<{ times: Date[] }>(
    `SELECT percentile_disc(ARRAY[0, 0.5, 1]) WITHIN GROUP (ORDER BY created_at) AS times FROM revision WHERE status = 'PUBLISHED'`,
  );
  return rows[0]!.times.map((time) => time.toISOString());
}

async function inTurn(tables: readonly string[], read: (table: string) => Promise<string[]>): Promise<string[]> {
  const values = [];
  for (const table of tables) values.push(...(await read(table)));
  return values;
}

/** Cursors of each connection at the root that needs no argument. */
async function cursorsOf(server: TestServer, schema: GraphQLSchema): Promise<string[]> {
  const connections = Object.values(schema.getQueryType()!.getFields()).filter((field) => {
    const type = getNamedType(field.type);
    return isObjectType(type) && 'pageInfo' in type.getFields() && !field.args.some(isRequiredArgument);
  });
  const cursors: (string | null)[] = [];
  for (const { name } of connections) {
    const { data } = await server.admin(`{ ${name}(first: 3) { pageInfo { startCursor endCursor } } }`);
    // Some are a person's own, and the operator is none.
    if (data) cursors.push(data[name].pageInfo.startCursor, data[name].pageInfo.endCursor);
  }
  return cursors.filter((cursor) => cursor !== null);
}

/** Texts that were never meant: each has broken something somewhere. */
export const ODD_TEXTS: readonly string[] = [
  '',
  ' \t\r\n ',
  '\u0000',
  'before\u0000after',
  'a\u0007bell and \u001b[31mred',
  'half a pair \ud800',
  '\udc00 the other half',
  'a \u202egnihtemos\u202c turned round',
  '\u2066isolated\u2069\u200f\u200e\u061c',
  'zero\u200bwidth\ufeff',
  'e\u0301 and \u00e9 and \ufdfa',
  '👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇰',
  '\ufffe\uffff',
  'x'.repeat(300),
  'å'.repeat(70_000),
  '"quotes" and \'quotes\' and `ticks`',
  `'; DROP TABLE record; --`,
  `\\'; SELECT pg_sleep(1); --`,
  '$1 :name ${x} {{x}} %s %1$s',
  '<script>alert(1)</script><img src=x onerror=alert(1)>',
  ']]>&amp;&#0;',
  '%',
  '_',
  '\\',
  '100%_\\%',
  '" OR "a',
  '& | ! ( ) : * <->',
  '((((((((((',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '-1',
  '../../etc/passwd',
  '[link](javascript:alert(1)) ![](data:text/html,x)',
];

/** Ids of nothing, and what is no id. */
export const ODD_IDS: readonly string[] = [
  '00000000-0000-7000-8000-000000000000',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
  '00000000-0000-7000-8000-00000000000',
  '00000000-0000-7000-8000-0000000000000',
  '0',
  '-1',
  ...ODD_TEXTS,
];

/** Cursors that nobody was given, though some look like it. */
export const ODD_CURSORS: readonly string[] = [
  ...ODD_TEXTS,
  ...[
    '[]',
    '{}',
    'null',
    '["x"]',
    '["2010-01-31T00:00:00.000Z","x"]',
    '[null,null]',
    '[1e999,"\u0000"]',
    '{"__proto__":1}',
  ].map((text) => Buffer.from(text).toString('base64url')),
];

export const ODD_INTEGERS: readonly number[] = [-1, 0, 1, 1_000, 1_001, 32_768, 2 ** 31 - 1, -(2 ** 31), 2 ** 31];

/** Infinity stands for a literal too large for a double: graphql-js lets that one through to the resolver. */
export const ODD_NUMBERS: readonly number[] = [
  -1,
  -0,
  0.005,
  1.333,
  5e-324,
  1e15,
  9_007_199_254_740_993,
  99_999_999_999_999.99,
  1e308,
  -1e308,
  Infinity,
  -Infinity,
];

/** By scalar: values that are meant, and values at the limits and beyond. */
export const SCALARS: Readonly<
  Record<string, { readonly usual: readonly unknown[]; readonly odd: readonly unknown[] }>
> = {
  Date: {
    usual: ['2009-01-01', '2012-06-30', '2024-02-29'],
    odd: [
      '0001-01-01',
      '0000-01-01',
      '9999-12-31',
      '2024-02-30',
      '2023-02-29',
      '10000-01-01',
      '-0001-01-01',
      '2024-1-1',
      'today',
    ],
  },
  DateTime: {
    usual: ['2010-01-31T12:00:00Z', '2024-02-29T23:59:59.999+02:00'],
    odd: [
      '0001-01-01T00:00:00Z',
      '9999-12-31T23:59:59.999Z',
      '2024-02-30T00:00:00Z',
      '2016-12-31T23:59:60Z',
      'now',
      '-271821-04-20T00:00:00Z',
    ],
  },
  URL: {
    usual: ['https://example.org/', 'http://example.org/a?b=c#d'],
    odd: [
      'javascript:alert(1)',
      'data:text/html,x',
      'file:///etc/passwd',
      'ftp://example.org/',
      '//example.org',
      'https://',
      'https://user:secret@example.org/',
      'https://xn--/',
      'https://[::1]/',
      'http://example.org:0/\u202e',
      'https://example.org/%00',
      `https://example.org/${'x'.repeat(5_000)}`,
      ' https://example.org/ ',
    ],
  },
  Currency: { usual: ['DKK', 'EUR'], odd: ['dkk', 'XXX', 'ZZZ', ''] },
  CountryCode: { usual: ['DK', 'SE'], odd: ['dk', 'ZZ', 'XK', ''] },
  JSON: { usual: [null, 1, 'a', ['b'], { c: true }], odd: [{ constructor: 1 }, ['\u0000'], [[[[]]]]] },
  JSONObject: { usual: [{ a: 1 }], odd: [{}, { constructor: { prototype: null } }, { a: [{ b: '\u0000' }] }] },
};
