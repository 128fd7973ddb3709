import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import sql from 'sql-template-tag';
import { SearchEdgeResolver, SearchResolver } from '../../src/modules/search/search.resolver.js';
import { SearchService } from '../../src/modules/search/search.service.js';
import { addEvidence, addMunicipality, addOrganisation, addParty, addRecord } from '../helpers/knowledge-rows.js';
import { ADMIN, createModuleSchema, type ModuleSchema } from '../helpers/module-schema.js';

let api: ModuleSchema;
let library: string;
const ids: Record<string, string> = {};

beforeAll(async () => {
  api = await createModuleSchema(() => [new SearchResolver(new SearchService()), new SearchEdgeResolver()]);
  const { database } = api;
  await addMunicipality(database, '0751', 'Århus');
  await addMunicipality(database, '0851', 'Aalborg', '1081');
  await database.rows(
    sql`INSERT INTO theme VALUES ('children', 'Børn og unge', 'Children and youth'), ('work', 'Arbejdsliv', 'Working life')`,
  );
  await database.rows(
    sql`INSERT INTO framework_element SELECT 'RECOMMENDATION', n, 'Råd ' || n, 'Advice ' || n, '', '' FROM generate_series(1, 10) n`,
  );
  library = await addOrganisation(database, 'Sønderborg Bibliotek', { isil: 'DK-754000' });
  const film = await addOrganisation(database, 'Zentropa');
  ids.career = await addRecord(database, {
    kind: 'CASE_STUDY',
    title: 'Karrierebiblioteket',
    organisation: library,
    themes: ['work'],
    recommendations: [1, 2],
    columns: { summary: 'Vejledning af jobsøgende i København', municipality_code: '0851' },
  });
  ids.film = await addRecord(database, {
    kind: 'CASE_STUDY',
    title: 'Limboland',
    organisation: library,
    themes: ['children'],
    columns: { summary: 'Børnene lavede film om lokale partnerskaber.', municipality_code: '0751' },
  });
  await addParty(database, ids.film, film);
  ids.experience = await addRecord(database, {
    kind: 'EXPERIENCE',
    title: 'Aftalen kom for sent',
    organisation: library,
    columns: {
      case_study_id: ids.film,
      gain: 'Flere lånere',
      challenges: 'Ingen skrev reglerne ned i foo/bar 2009-2010.',
    },
  });
  ids.lesson = await addRecord(database, {
    kind: 'LESSON',
    title: 'Write the rules down early',
    organisation: library,
    recommendations: [1],
    columns: { language: 'EN', advice: 'Agree on contributions before the libraries start filming.' },
  });
  await addEvidence(database, ids.lesson, ids.experience);
  ids.draft = await addRecord(database, {
    kind: 'LESSON',
    title: 'Karrierebiblioteket er et udkast',
    organisation: library,
    columns: { status: 'DRAFT' },
  });
  await addRecord(database, {
    kind: 'CASE_STUDY',
    title: 'Karrierebiblioteket i ny udgave',
    organisation: library,
    columns: { status: 'DRAFT', working_copy_of: ids.career },
  });
});

afterAll(() => api?.close());

const SEARCH = `query ($query: String!, $filter: SearchFilter, $first: Int, $after: String) {
  search(query: $query, filter: $filter, first: $first, after: $after) {
    edges { cursor score node { id title } }
    pageInfo { hasNextPage endCursor }
  }
}`;

async function found(query: string, filter?: object, viewer?: typeof ADMIN): Promise<string[]> {
  const { search } = await api.data(SEARCH, { query, filter }, viewer);
  const names = new Map(Object.entries(ids).map(([name, id]) => [id, name]));
  return search.edges.map(({ node }: { node: { id: string } }) => names.get(node.id) ?? node.id);
}

describe('what is found', () => {
  test.each([
    // Stems of the record's language.
    ['jobsøgendes', ['career']],
    ['partnerskabet', ['film']],
    ['library', ['lesson']],
    ['filmed', ['film', 'lesson']],
    // The beginning of a word.
    ['karriere', ['career']],
    ['partn', ['film']],
    // Letters that not everybody has.
    ['børn', ['film']],
    ['boern', ['film']],
    ['born', ['film']],
    ['BØRN', ['film']],
    ['bo\u0308rnene', ['film']],
    ['århus', ['film']],
    ['aarhus', ['film']],
    ['arhus', ['film']],
    ['A\u030arhus', ['film']],
    ['ålborg', ['career']],
    ['kobenhavn', ['career']],
    // Phrases.
    ['"lokale partnerskaber"', ['film']],
    ['"partnerskaber lokale"', []],
    ['"lokale partnerskaber', ['film']],
    // All words, wherever they stand; those without meaning do not count.
    ['limboland zentropa', ['film']],
    ['limboland karriere', []],
    ['the rules of the contributions', ['lesson']],
    // What the parser would take for a path and a negative number.
    ['bar', ['experience']],
    ['2010', ['experience']],
    // Organisations and themes.
    ['sønderborg limboland', ['film']],
    ['arbejdsliv', ['career']],
    ['"working life"', ['career']],
    // Nothing.
    ['', []],
    ['!!! "" <-> & | : * \\ \'', []],
    ['\0', []],
    ['  ', []],
  ])('%j finds %j', async (query, expected) => {
    expect(await found(query)).toEqual(expected);
  });

  test('words without meaning are looked for when there are no others', async () => {
    expect(await found('om')).toEqual(['film']);
    expect(await found('før')).toEqual([]);
  });

  test('drafts are found by those who may see them, when asked for; working copies by nobody', async () => {
    const filter = { statuses: ['DRAFT'] };
    expect(await found('karrierebiblioteket')).toEqual(['career']);
    expect(await found('karrierebiblioteket', filter)).toEqual([]);
    expect(await found('karrierebiblioteket', {}, ADMIN)).toEqual(['career']);
    expect(await found('karrierebiblioteket', filter, ADMIN)).toEqual(['draft']);
  });

  test('a title weighs more than a text', async () => {
    const [title, text] = await Promise.all([
      addRecord(api.database, { kind: 'LESSON', title: 'Vægtning', organisation: library }),
      addRecord(api.database, {
        kind: 'LESSON',
        title: 'Andet',
        organisation: library,
        columns: { cause: 'Vægtning' },
      }),
    ]);
    expect(await found('vægtning')).toEqual([title, text]);
  });
});

test.each([
  [{ kinds: ['CASE_STUDY'] }, ['career', 'film']],
  [{ languages: ['EN'] }, ['lesson']],
  [{ themes: ['work', 'nothing'] }, ['career']],
  [{ recommendations: [1] }, ['career', 'lesson']],
  [{ municipalities: ['0751'] }, ['experience', 'film', 'lesson']],
  [{ municipalities: ['0751'], kinds: ['LESSON'] }, ['lesson']],
  [{ provenances: ['REPORTED'] }, []],
  [{ kinds: [], themes: [] }, ['career', 'experience', 'film', 'lesson']],
])('a search narrowed by %j', async (filter, expected) => {
  expect((await found('sønderborg', filter)).filter((name) => name in ids).sort()).toEqual(expected);
});

test('a filter by organisation wants ids', async () => {
  expect(await found('limboland', { organisations: [library] })).toEqual(['film']);
  const { errors } = await api.execute(SEARCH, { query: 'limboland', filter: { organisations: ['x'] } });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('a query that is too long is refused', async () => {
  expect((await api.execute(SEARCH, { query: 'x'.repeat(500) })).errors).toBeUndefined();
  const { errors } = await api.execute(SEARCH, { query: 'x'.repeat(501) });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
});

test('totals and facets count all that was found', async () => {
  const query = `query ($first: Int) { search(query: "sønderborg", first: $first, filter: { kinds: [CASE_STUDY, EXPERIENCE], themes: [] }) {
    totalCount facets {
      kinds { value count label } languages { value count } themes { value count label danish: label(language: DA) }
      recommendations { value count label } municipalities { value count label }
    } nodes { id }
  } }`;
  const { search } = await api.data(query, { first: 1 });
  expect(search).toEqual({
    totalCount: 3,
    nodes: [expect.anything()],
    facets: {
      kinds: [
        { value: 'CASE_STUDY', count: 2, label: null },
        { value: 'EXPERIENCE', count: 1, label: null },
      ],
      languages: [{ value: 'DA', count: 3 }],
      themes: [
        { value: 'children', count: 1, label: 'Children and youth', danish: 'Børn og unge' },
        { value: 'work', count: 1, label: 'Working life', danish: 'Arbejdsliv' },
      ],
      recommendations: [
        { value: '1', count: 1, label: 'Advice 1' },
        { value: '2', count: 1, label: 'Advice 2' },
      ],
      municipalities: [
        { value: '0751', count: 2, label: 'Århus' },
        { value: '0851', count: 1, label: 'Aalborg' },
      ],
    },
  });
});

test('a page of records takes one statement; totals, facets and snippets take one each', async () => {
  const cost = async (selection: string) => {
    api.statements();
    await api.data(`{ search(query: "sønderborg") { ${selection} } }`);
    return api.statements().length;
  };
  expect(await cost('edges { cursor score node { id title } } pageInfo { hasNextPage }')).toBe(1);
  expect(await cost('nodes { id } totalCount')).toBe(2);
  expect(await cost('nodes { id } facets { kinds { value } themes { value } }')).toBe(2);
  expect(await cost('edges { snippet highlights { start end } node { id } }')).toBe(2);
});

test.each([
  ['boern', ['Børnene']],
  ['børn partnerskab', ['Børnene', 'partnerskaber']],
  ['born "lokale partnerskaber"', ['Børnene', 'lokale', 'partnerskaber']],
  ['film om', ['film']],
  ['zentropa', []],
])('a snippet for %j highlights %j', async (query, expected) => {
  const data = await api.data(
    `query ($query: String!) { search(query: $query, filter: { kinds: [CASE_STUDY] }) { edges { snippet highlights { start end } } } }`,
    { query },
  );
  const [edge] = data.search.edges;
  expect(edge.snippet).toBe('Børnene lavede film om lokale partnerskaber.');
  expect(
    edge.highlights.map(({ start, end }: { start: number; end: number }) => edge.snippet.slice(start, end)),
  ).toEqual(expected);
});

test('a snippet is text as it was written', async () => {
  await addRecord(api.database, {
    kind: 'LESSON',
    title: 'Script',
    organisation: library,
    columns: { advice: 'Aldrig <b>injicer</b> <script>alert(1)</script>' },
  });
  const data = await api.data('{ search(query: "injicer") { edges { snippet } } }');
  expect(data.search.edges[0].snippet).toBe('Aldrig <b>injicer</b> <script>alert(1)</script>');
});

test('paging gives what the whole list gives, also where scores are equal', async () => {
  for (let copy = 0; copy < 40; copy++) {
    await addRecord(api.database, {
      kind: 'LESSON',
      title: `Bladring ${'bladring '.repeat(copy % 3)}`,
      organisation: library,
    });
  }
  const whole = (await api.data(SEARCH, { query: 'bladring', first: 1000 })).search.edges;
  expect(whole).toHaveLength(40);
  expect(new Set(whole.map(({ score }: { score: number }) => score)).size).toBe(3);
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 45 }), async (first) => {
      const seen: unknown[] = [];
      let after: string | null = null;
      for (let more = true; more;) {
        const { search } = await api.data(SEARCH, { query: 'bladring', first, after });
        seen.push(...search.edges);
        after = search.pageInfo.endCursor;
        more = search.pageInfo.hasNextPage;
      }
      expect(seen).toEqual(whole);
    }),
    { numRuns: 10 },
  );
});

test('a cursor of another query is refused', async () => {
  const { search } = await api.data(SEARCH, { query: 'limboland' });
  const { errors } = await api.execute(SEARCH, { query: 'karriere', after: search.edges[0].cursor });
  expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
});

test.each(['\u0300', '/\u0300\u0301', '"\u0345" \u0301a', '\0'])('%j is a query', async (query) => {
  expect((await api.execute(SEARCH, { query })).errors).toBeUndefined();
});

test('an accent that stands on nothing takes nothing away', async () => {
  const found = async (query: string) =>
    (await api.data(SEARCH, { query })).search.edges.map(({ node }: { node: { id: string } }) => node.id);
  const ids = await found('limboland');
  expect(ids).not.toEqual([]);
  expect(await found('\u0301 limboland \u0300\u0301')).toEqual(ids);
});

test('any text is a query', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 120 }),
    fc.string({ unit: fc.constantFrom(...`"'\\:*&|!<->() \0aåé1.@/\u0300\u0345`), maxLength: 40 }),
    fc.string({ unit: fc.constantFrom('ﷺ', 'ß', 'İ', 'å', 'a', ' '), minLength: 200, maxLength: 500 }),
  );
  await fc.assert(
    fc.asyncProperty(text, async (query) => {
      const result = await api.execute(
        'query ($query: String!) { search(query: $query) { totalCount edges { snippet node { id } } facets { kinds { count } } } }',
        { query: query.slice(0, 500) },
      );
      expect(result.errors).toBeUndefined();
    }),
    { numRuns: 150 },
  );
});

test('any word of a title finds its record', async () => {
  const letters = fc.string({
    unit: fc.constantFrom(...'abcdeghijklmnoprstuvyæøåöäéüßÆØÅ019'),
    minLength: 1,
    maxLength: 12,
  });
  await fc.assert(
    fc.asyncProperty(fc.array(letters, { minLength: 1, maxLength: 5 }), fc.boolean(), async (words, danish) => {
      const id = await addRecord(api.database, {
        kind: 'LESSON',
        title: words.join(' '),
        organisation: library,
        columns: { language: danish ? 'DA' : 'EN' },
      });
      for (const query of [...words, words.join(' '), `"${words.join(' ')}"`]) {
        const [row] = await api.database.rows<{ found: boolean }>(
          sql`SELECT search @@ record_search_query(${query}) AS found FROM record WHERE id = ${id}`,
        );
        expect([query, row!.found]).toEqual([query, true]);
      }
    }),
    { numRuns: 100 },
  );
});

test('the longest record that may be written can be indexed', async () => {
  let word = 0;
  const unique = (length: number) => {
    let text = '';
    while (text.length < length) text += `å${(word++).toString(36)}ø `;
    return text.slice(0, length);
  };
  const id = await addRecord(api.database, {
    kind: 'EXPERIENCE',
    title: 'Lang',
    organisation: library,
    columns: {
      case_study_id: ids.film,
      ...Object.fromEntries(
        ['purpose', 'experienced', 'challenges', 'barriers', 'gain'].map((column) => [column, unique(50_000)]),
      ),
    },
  });
  expect(await found('lang')).toContain(id);
});
