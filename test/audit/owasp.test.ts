/**
 * What OWASP's GraphQL cheat sheet (https://cheatsheetseries.owasp.org/cheatsheets/GraphQL_Cheat_Sheet.html) warns of, over
 * every way in. Each attack is also tried on a server without guards, where it must succeed.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { attack, type AttackAnswer, type Transport, TRANSPORTS } from '../helpers/attack-target.js';
import { startNaiveServer } from '../helpers/naive-server.js';
import { createLesson } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

/** How the same thing is asked of each server. */
interface Dialect {
  /** A page of `first` objects, with what is given of each. */
  readonly page: (first: string, selection: string) => string;
  /** A list of objects that have lists of their like within. */
  readonly nested: (selection: string) => string;
  readonly many: (ids: string) => string;
  /** Looks a text up. */
  readonly find: (text: string) => string;
  /** A draft by its id, from without. */
  readonly draft: () => string;
  /** A change by somebody without a credential. */
  readonly change: (text: string) => string;
  /** Tries a secret. */
  readonly guess: (secret: string) => string;
}

let draftId: string;

const medspil: Dialect = {
  page: (first, selection) => `caseStudies(first: ${first}) { nodes { ${selection} } }`,
  nested: (selection) => `experiences(first: 100) { nodes { id caseStudy { ${selection} } } }`,
  many: (ids) => `nodes(ids: ${ids}) { id }`,
  find: (text) => `search(query: ${text}) { nodes { id } }`,
  draft: () => `node(id: "${draftId}") { id ... on Lesson { title } }`,
  change: (text) => `retract(input: { id: "${draftId}", version: 1, reason: ${text} }) { errors { code } }`,
  guess: (secret) => `acceptInvitation(input: { token: ${secret}, name: "x" }) { errors { code } }`,
};

const naive: Dialect = {
  page: (first, selection) => `items(first: ${first}) { ${selection} }`,
  nested: (selection) => `items(first: 2) { id ${selection} }`,
  many: (ids) => `nodes(ids: ${ids}) { id }`,
  find: (text) => `find(text: ${text}) { id }`,
  draft: () => `item(id: "${draftId}") { id title }`,
  change: (text) => `change(id: "${draftId}", text: ${text}) { id }`,
  guess: (secret) => `try(secret: ${secret})`,
};

interface Attack {
  readonly id: string;
  readonly what: string;
  readonly succeeds: (send: (payload: object) => Promise<AttackAnswer>, dialect: Dialect) => Promise<boolean>;
}

const answered = ({ data }: AttackAnswer) => data != null && Object.values(data).some((value) => value != null);
const repeat = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i)).join(' ');

const ATTACKS: readonly Attack[] = [
  {
    id: 'OWASP-01 injection',
    what: 'a quotation mark reaches the statement',
    succeeds: async (send, { find }) => {
      const texts = [
        `' OR 1=1 --`,
        `'; DROP TABLE record; --`,
        `" UNION SELECT 1`,
        `%' AND pg_sleep(10) --`,
        `$1\\`,
        `:*&|!('`,
      ];
      const answers = await Promise.all(
        texts.map((text) => send({ query: `query ($text: String!) { ${find('$text')} }`, variables: { text } })),
      );
      return answers.some((answer) => !answered(answer) || /syntax|SELECT|\$1/i.test(answer.text));
    },
  },
  {
    id: 'OWASP-02 depth',
    what: 'thirty levels',
    succeeds: async (send, { nested }) => {
      const levels = (depth: number): string => (depth === 0 ? 'id' : nested(levels(depth - 1)));
      return answered(await send({ query: `{ ${levels(14)} }` }));
    },
  },
  {
    id: 'OWASP-03 width through fragments',
    what: 'fragments that each spread the next one twice',
    succeeds: async (send, { page }) => {
      const fragments = repeat(16, (index) => `fragment F${index} on Query { ...F${index + 1} ...F${index + 1} }`);
      const query = `{ ...F0 } ${fragments} fragment F16 on Query { ${page('1', 'id')} }`;
      return answered(await send({ query }));
    },
  },
  {
    id: 'OWASP-04 amount',
    what: 'a hundred million rows, by a variable',
    succeeds: async (send, { page }) =>
      answered(await send({ query: `query ($first: Int) { ${page('$first', 'id')} }`, variables: { first: 1e8 } })),
  },
  {
    id: 'OWASP-05 amount',
    what: 'two thousand ids at once',
    succeeds: async (send, { many }) =>
      answered(
        await send({
          query: `query ($ids: [ID!]!) { ${many('$ids')} }`,
          variables: { ids: Array.from({ length: 2000 }, () => draftId) },
        }),
      ),
  },
  {
    id: 'OWASP-06 cost',
    what: 'a page of a thousand within a page of a thousand',
    succeeds: async (send, dialect) => {
      const inner = dialect === medspil ? 'experiences(first: 1000) { nodes { id } }' : 'items(first: 1) { id }';
      return answered(
        await send({
          query: `query ($first: Int) { ${dialect.page('$first', `id ${inner}`)} }`,
          variables: { first: 1000 },
        }),
      );
    },
  },
  {
    id: 'OWASP-07 batching',
    what: 'a hundred guesses of a secret in one operation',
    succeeds: async (send, { guess }) =>
      (await send({ query: `mutation { ${repeat(100, (index) => `a${index}: ${guess(`"guess ${index}"`)}`)} }` })).data
        ?.a99 != null,
  },
  {
    id: 'OWASP-08 size',
    what: 'a document of sixty thousand tokens',
    succeeds: async (send) => answered(await send({ query: `{ ${repeat(60_000, () => '__typename')} }` })),
  },
  {
    id: 'OWASP-09 access to a node',
    what: 'a draft by its id',
    succeeds: async (send, { draft }) => answered(await send({ query: `{ ${draft()} }` })),
  },
  {
    id: 'OWASP-10 access to a mutation',
    what: 'a change without a credential',
    succeeds: async (send, { change }) => answered(await send({ query: `mutation { ${change('"because"')} }` })),
  },
  {
    id: 'OWASP-11 excessive errors',
    what: 'a stack, a statement or a path of a file in an error',
    succeeds: async (send, { find, many }) => {
      const answers = [
        await send({ query: `query ($text: String!) { ${find('$text')} }`, variables: { text: `'\u0000` } }),
        await send({ query: `{ ${many('["\\u0000"]')} }` }),
        await send({ query: '{ nothing' }),
        await send({ query: '\ud800' }),
      ];
      return answers.some(({ text }) => /\bat .*\.[jt]s|node_modules|"stack"|SELECT /.test(text));
    },
  },
];

const overEach = ATTACKS.flatMap((one) => TRANSPORTS.map((transport) => [one.id, one.what, transport, one] as const));

describe('OWASP', () => {
  let server: TestServer;
  let unguarded: { url: string; close(): Promise<void> };
  const over = (url: string, transport: Transport) => (payload: object) => attack(url, transport, payload);

  beforeAll(async () => {
    [server, unguarded] = await Promise.all([startTestServer({ seed: true }), startNaiveServer()]);
    draftId = (await createLesson(server)).id;
  });
  afterAll(async () => {
    await Promise.all([server.close(), unguarded.close()]);
  });

  test.each(TRANSPORTS)('what is asked decently over %s is answered', async (transport) => {
    const decent = await attack(server.url, transport, {
      query: `query ($first: Int) { ${medspil.page('$first', 'id title')} ${medspil.many(`["${draftId}"]`)} }`,
      variables: { first: 100 },
    });
    expect(decent.errors).toBeUndefined();
    expect(decent.data.caseStudies.nodes.length).toBeGreaterThan(2);
  });

  test.each(overEach)('%s MUST NOT succeed: %s (%s)', async (_id, _what, transport, { succeeds }) => {
    expect(await succeeds(over(server.url, transport), medspil)).toBe(false);
  });

  test.each(overEach)(
    '%s succeeds on a server without guards: %s (%s)',
    async (_id, _what, transport, { succeeds }) => {
      expect(await succeeds(over(unguarded.url, transport), naive)).toBe(true);
    },
  );

  test.each(TRANSPORTS)(
    'OWASP-12 rate: MUST end a flood over %s, and the flood of one address alone',
    async (transport) => {
      const limited = await startTestServer({
        environment: { RATE_LIMIT_ADDRESS: '100/10', TRUSTED_PROXIES: '127.0.0.1' },
      });
      try {
        const codes: unknown[] = [];
        for (let count = 0; count < 40 && codes.at(-1) !== 'RATE_LIMITED'; count++) {
          const { errors } = await attack(limited.url, transport, { query: '{ viewer { role } }' });
          codes.push(errors?.[0]?.extensions?.code ?? null);
        }
        expect(codes[0]).toBeNull();
        expect(codes.at(-1)).toBe('RATE_LIMITED');
        const other = await fetch(`${limited.url}/graphql`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'x-forwarded-for': '192.0.2.1' },
          body: '{"query":"{ viewer { role } }"}',
        });
        expect(await other.json()).toMatchObject({ data: { viewer: { role: 'ANONYMOUS' } } });
      } finally {
        await limited.close();
      }
    },
  );
});
