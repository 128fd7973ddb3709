/** Nothing reaches anybody for whom it is not meant: the bytes of every answer of a crawl over the whole schema. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { type Audience, type Aviary, type Canary, fill } from '../helpers/canaries.js';
import { type CrawlOperation, Crawler, type KnownValues } from '../helpers/crawler.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let own: Aviary;
let foreign: Aviary;
let crawler: Crawler;
/** The cursor before anything was written. */
let beginning: string;

beforeAll(async () => {
  server = await startTestServer();
  beginning = (await server.query('{ knowledgeCursor }')).data.knowledgeCursor;
  own = await fill(server, 'DK-775100', 0);
  foreign = await fill(server, 'DK-710100', 500);
  crawler = new Crawler(buildGraphqlSchema(), knownValues());
}, 120_000);
afterAll(() => server.close());

/** All that there is to ask about. */
function knownValues(): KnownValues {
  const all = (kind: string) => [...own.ids[kind]!, ...foreign.ids[kind]!];
  const organisations = [own.organisationId, foreign.organisationId];
  const words = [own, foreign].flatMap(({ canaries }) =>
    canaries.filter(({ text }) => text.startsWith('kanarie')).map(({ text }) => text),
  );
  return {
    id: [
      ...all('record'),
      ...all('link'),
      ...all('person'),
      ...all('invitation'),
      ...all('accessRequest'),
      ...all('apiKey'),
      ...all('comment'),
      ...all('follow'),
      ...all('webhook'),
    ],
    // Few at once: what is below each counts for each. `node` tries all.
    ids: [own, foreign].map(({ ids }) => [ids['record']![0], ids['link']![0], ids['person']![0], ids['apiKey']![0]]),
    from: all('record'),
    slug: all('slug'),
    query: [...words.filter((_word, index) => index % 11 === 0), 'lesson', 'case', 'kanarie'],
    organisationId: organisations,
    organisations: [organisations],
    records: [all('record')],
    recordId: all('record'),
    uuid: [...all('record'), ...organisations],
    since: [null],
    personId: all('person'),
    statuses: [['DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED'], ['DRAFT'], ['RETRACTED']],
    first: [10],
    last: [undefined],
    before: [undefined],
    after: [undefined],
    depth: [3],
    isil: ['DK-775100', 'DK-710100'],
    token: ['medspil_invitation_nothing'],
    url: ['https://hooks.invalid/'],
  };
}

/** How deep it is first asked for, and how deep where that is too dear. */
const DEPTHS = [4, 3, 2];
const AT_ONCE = 8;
const TOO_DEAR = /"code":"(QUERY_TOO_EXPENSIVE|QUERY_TOO_DEEP|GRAPHQL_PARSE_FAILED|GRAPHQL_VALIDATION_FAILED)"/;

/** Runs operations and gives the bytes of their answers; what is too dear is asked for less deeply. */
async function crawl(credential: string | null, operationsOf: (depth: number) => CrawlOperation[]): Promise<string[]> {
  const answers: string[] = [];
  let refused: Set<string> | null = null;
  for (const depth of DEPTHS) {
    const operations = operationsOf(depth).filter(({ query }) => refused === null || refused.has(rootOf(query)));
    refused = new Set();
    const workers = Array.from({ length: AT_ONCE }, async () => {
      for (let next = operations.pop(); next !== undefined; next = operations.pop()) {
        if (refused!.has(rootOf(next.query))) continue;
        const body = await ask(credential, next);
        if (TOO_DEAR.test(body)) refused!.add(rootOf(next.query));
        answers.push(body);
      }
    });
    await Promise.all(workers);
    if (refused.size === 0) return answers;
  }
  throw new Error(`Never small enough: ${[...refused!].join(', ')}`);
}

async function ask(credential: string | null, { query, variables }: CrawlOperation): Promise<string> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(credential !== null && { authorization: `Bearer ${credential}` }),
    },
    body: JSON.stringify({ query, variables }),
  });
  return response.text();
}

/** The root field and the type it is asked for. */
function rootOf(query: string): string {
  return `${/[{] (\w+)/.exec(query)![1]} ${/\.\.\. on \w+/.exec(query)?.[0] ?? ''}`;
}

/** The canaries that are in any of the answers. */
function heard(answers: readonly string[], among: readonly Canary[]): Canary[] {
  const text = answers.join('\n');
  return among.filter((canary) => text.includes(canary.text));
}

function allowed(aviary: Aviary, audiences: readonly Audience[]): Canary[] {
  return aviary.canaries.filter(({ audience }) => audiences.includes(audience));
}

const nameOf = ({ organisationId, what, text }: Canary) => `${organisationId.slice(-4)} ${what} (${text})`;

/** Fails with a list of what was heard and should not have been. */
function expectOnly(answers: readonly string[], may: readonly Canary[]): void {
  const all = [...own.canaries, ...foreign.canaries];
  const mayNot = heard(answers, all).filter((canary) => !may.includes(canary));
  expect(mayNot.map(nameOf)).toEqual([]);
}

describe('of everything that can be asked', () => {
  const queries = (depth: number) => crawler.queries(depth);

  test('the operator hears all but what nobody may', async () => {
    const answers = await crawl(ADMIN_KEY, queries);
    const all = [...own.canaries, ...foreign.canaries];
    const may = all.filter(({ audience }) => audience !== 'nobody');
    // The crawl reaches every hiding place; what it does not find below is hidden, and not merely overlooked.
    const missed = may.filter((canary) => !heard(answers, all).includes(canary));
    expect(missed.map(nameOf)).toEqual([]);
    expectOnly(answers, may);
  }, 120_000);

  test('the public hears what is published', async () => {
    const answers = await crawl(null, queries);
    const may = [own, foreign].flatMap((aviary) => allowed(aviary, ['everybody']));
    expect(heard(answers, may)).toEqual(may);
    expectOnly(answers, may);
  }, 120_000);

  test('another library hears what is published, and its own', async () => {
    const answers = await crawl(foreign.manager.key, queries);
    const may = [...allowed(own, ['everybody']), ...allowed(foreign, ['everybody', 'drafts', 'people'])];
    expect(heard(answers, may)).toEqual(may);
    expectOnly(answers, may);
  }, 120_000);

  test('a contributor hears the drafts of its organisation, and of people itself alone', async () => {
    const answers = await crawl(own.contributor.key, queries);
    const may = [
      ...allowed(foreign, ['everybody']),
      ...allowed(own, ['everybody', 'drafts']),
      ...own.canaries.filter(({ what }) => what === 'address of the contributor'),
    ];
    expectOnly(answers, may);
    expect(heard(answers, own.canaries).some(({ audience }) => audience === 'drafts')).toBe(true);
  }, 120_000);

  test('a key that may not read drafts hears none', async () => {
    const answers = await crawl(own.writer.key, queries);
    const may = [
      ...[own, foreign].flatMap((aviary) => allowed(aviary, ['everybody'])),
      ...own.canaries.filter(({ what }) => /of the writer$|^name of a follow$/.test(what)),
    ];
    expectOnly(answers, may);
  }, 120_000);
});

describe('of everything that can be followed', () => {
  const SUBSCRIPTION = `subscription ($after: String) { knowledgeEvents(after: $after) { id type record {
    id title workingCopy { title sources { title } } warnings { message } organisation { name }
    revisions { nodes { version comment content author { name } changes { path before after } } }
    reviewComments { nodes { text author { name } } }
    links { nodes { note from { title } to { title } } }
  } } }`;

  /** The bytes of a stream, up to the last event that there is. */
  async function follow(credential: string | null, last: string): Promise<string> {
    const response = await fetch(`${server.url}/graphql/stream`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'text/event-stream',
        ...(credential !== null && { authorization: `Bearer ${credential}` }),
      },
      body: JSON.stringify({ query: SUBSCRIPTION, variables: { after: beginning } }),
    });
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body!) {
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      if (text.includes(last)) break;
    }
    return text;
  }

  test('each hears what is meant for it, although what is the same for many is worked out once', async () => {
    const { data } = await server.query('{ knowledgeEvents(last: 1) { nodes { id } } }');
    const last = data.knowledgeEvents.nodes[0].id;
    // At the same time, so that whatever can be shared is.
    const [operator, everybody, stranger, contributor, writer] = await Promise.all(
      [ADMIN_KEY, null, foreign.manager.key, own.contributor.key, own.writer.key].map((key) => follow(key, last)),
    );
    const open = [own, foreign].flatMap((aviary) => allowed(aviary, ['everybody']));
    expect(heard([operator!], own.canaries).some(({ audience }) => audience === 'drafts')).toBe(true);
    expect(heard([contributor!], own.canaries).some(({ audience }) => audience === 'drafts')).toBe(true);
    expect(heard([everybody!], open).length).toBeGreaterThan(10);
    expectOnly([everybody!], open);
    expectOnly([writer!], open);
    expectOnly([stranger!], [...open, ...allowed(foreign, ['drafts'])]);
    expectOnly([contributor!], [...open, ...allowed(own, ['drafts'])]);
    expectOnly([operator!], [...open, ...[own, foreign].flatMap((aviary) => allowed(aviary, ['drafts', 'people']))]);
  });
});

describe('of everything that can be tried', () => {
  let writer: Crawler;
  // A new slug that is taken is named in the refusal: by that nobody hears what it did not say itself.
  beforeAll(() => {
    writer = new Crawler(buildGraphqlSchema(), { ...knownValues(), slug: ['a-slug-of-its-own'] });
  });

  /** What a write must not have touched. */
  const digest = async () => {
    const { data } = await server.admin(
      `query ($ids: [ID!]!) { nodes(ids: $ids) { ... on KnowledgeRecord { id version status title links { totalCount } } } }`,
      { ids: [...foreign.ids['record']!, ...foreign.ids['link']!] },
    );
    return data;
  };

  test.each([
    ['the public', () => null],
    ['another library', () => own.manager.key],
  ])(
    '%s hears nothing from refusals, and changes nothing of others',
    async (_who, credential) => {
      const before = await digest();
      const answers = await crawl(credential(), () => writer.mutations());
      const may = [own, foreign].flatMap((aviary) => allowed(aviary, ['everybody']));
      if (credential() === null) expectOnly(answers, may);
      else expectOnly(answers, [...may, ...own.canaries.filter(({ audience }) => audience !== 'nobody')]);
      expect(await digest()).toEqual(before);
    },
    180_000,
  );
});
