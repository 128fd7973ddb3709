import { afterAll, beforeAll, expect, test } from 'vitest';
import sql from 'sql-template-tag';
import { OrganisationCaseStudiesResolver } from '../../src/modules/case-studies/organisation-case-studies.resolver.js';
import { OrganisationResolver } from '../../src/modules/directory/organisation.resolver.js';
import { OrganisationService } from '../../src/modules/directory/organisation.service.js';
import { PartnerService } from '../../src/modules/directory/partner.service.js';
import { Sector } from '../../src/modules/directory/organisation.entity.js';
import { addMunicipality, addOrganisation, addParty, addRecord } from '../helpers/knowledge-rows.js';
import { ADMIN, createModuleSchema, type ModuleSchema } from '../helpers/module-schema.js';

let api: ModuleSchema;
let aarhus: string;
let zentropa: string;
let partners: PartnerService;

beforeAll(async () => {
  api = await createModuleSchema((database) => {
    partners = new PartnerService(database);
    return [new OrganisationResolver(new OrganisationService(), partners), new OrganisationCaseStudiesResolver()];
  });
  await addMunicipality(api.database, '0751', 'Aarhus');
  await addMunicipality(api.database, '0101', 'København', '1084');
  aarhus = await addOrganisation(api.database, 'Aarhus Kommunes Biblioteker', {
    isil: 'DK-775100',
    agency_id: '775100',
    municipality_code: '0751',
  });
  await addOrganisation(api.database, 'Københavns Biblioteker', { isil: 'DK-710100', municipality_code: '0101' });
  zentropa = await addOrganisation(api.database, 'Zentropa', { cvr: '12345678', municipality_code: '0101' });
  await addOrganisation(api.database, 'Ålborg Teater', { sector: 'PUBLIC' });
  await addOrganisation(api.database, 'Malmö stad', { sector: 'PUBLIC', country: 'SE' });
});

afterAll(() => api?.close());

const ORGANISATIONS = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: OrganisationFilter, $orderBy: OrganisationOrder) {
  organisations(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
    totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { name } }
  }
}`;

async function names(variables: Record<string, unknown>): Promise<string[]> {
  const { organisations } = await api.data(ORGANISATIONS, variables);
  return organisations.edges.map((edge: { node: { name: string } }) => edge.node.name);
}

test('a library is found by its ISIL, with its municipality and region', async () => {
  const data = await api.data(`{
    library(isil: "DK-775100") { __typename id name country isil agencyId version municipality { code name region { code name englishName } } }
    unknown: library(isil: "DK-000000") { id }
  }`);
  expect(data).toEqual({
    library: {
      __typename: 'Library',
      id: aarhus,
      name: 'Aarhus Kommunes Biblioteker',
      country: 'DK',
      isil: 'DK-775100',
      agencyId: '775100',
      version: 1,
      municipality: {
        code: '0751',
        name: 'Aarhus',
        region: { code: '1082', name: 'Region 1082', englishName: 'Region 1082 (en)' },
      },
    },
    unknown: null,
  });
});

test('organisations come by name in Danish order, with å last', async () => {
  expect(await names({})).toEqual([
    'Københavns Biblioteker',
    'Malmö stad',
    'Zentropa',
    'Ålborg Teater',
    'Aarhus Kommunes Biblioteker',
  ]);
});

test('pages from both ends meet', async () => {
  const all = await names({});
  for (const [size, from, cursor] of [
    ['first', 'after', 'endCursor'],
    ['last', 'before', 'startCursor'],
  ] as const) {
    const seen: string[] = [];
    let place: string | null = null;
    for (let more = true; more;) {
      const { organisations } = await api.data(ORGANISATIONS, { [size]: 2, [from]: place });
      const page = organisations.edges.map((edge: { node: { name: string } }) => edge.node.name);
      if (size === 'first') seen.push(...page);
      else seen.unshift(...page);
      place = organisations.pageInfo[cursor];
      more = size === 'first' ? organisations.pageInfo.hasNextPage : organisations.pageInfo.hasPreviousPage;
      expect(organisations.totalCount).toBe(5);
    }
    expect(seen).toEqual(all);
  }
});

test('organisations are narrowed', async () => {
  expect(await names({ filter: { kinds: ['LIBRARY'] } })).toHaveLength(2);
  expect(await names({ filter: { sectors: ['PUBLIC'] } })).toEqual(['Malmö stad', 'Ålborg Teater']);
  expect(await names({ filter: { countries: ['SE'] } })).toEqual(['Malmö stad']);
  expect(await names({ filter: { municipalities: ['0101'] } })).toEqual(['Københavns Biblioteker', 'Zentropa']);
  expect(await names({ filter: { regions: ['1082'] } })).toEqual(['Aarhus Kommunes Biblioteker']);
  expect(await names({ filter: { municipalities: ['0101', '\0'], kinds: ['PARTNER'] } })).toEqual(['Zentropa']);
});

test.each([
  ['aalborg', ['Ålborg Teater']],
  ['KØBENHAVN', ['Københavns Biblioteker']],
  ['malmoe', ['Malmö stad']],
  ['bibliotek', ['Københavns Biblioteker', 'Aarhus Kommunes Biblioteker']],
  ['%', []],
  ['\0', []],
])('organisations whose name has %j', async (name, expected) => {
  // A NUL is white space, and white space around is nothing.
  expect(await names({ filter: { name } })).toEqual(name === '\0' ? await names({}) : expected);
});

test('organisations in the order in which they came', async () => {
  const orderBy = { field: 'CREATED_AT', direction: 'DESC' };
  expect((await names({ orderBy, first: 2 })).at(0)).toBe('Malmö stad');
});

test('a page of organisations with their municipalities takes two statements, whoever asks for no total', async () => {
  api.statements();
  await api.data(`{ organisations { nodes { name municipality { name region { name } } } } }`);
  expect(api.statements()).toHaveLength(2);
});

test('organisations have the published cases that they are parties of, the newest first, in one statement for all', async () => {
  const study = (title: string, published: string | null, columns = {}) =>
    addRecord(api.database, {
      kind: 'CASE_STUDY',
      title,
      organisation: aarhus,
      columns: { published_at: published, status: published === null ? 'DRAFT' : 'PUBLISHED', ...columns },
    });
  const newer = await study('Nyere', '2021-01-01');
  const older = await study('Ældre', '2020-01-01');
  const draft = await study('Kladde', null);
  const copy = await study('Rettelse', null, { working_copy_of: older });
  for (const record of [newer, older, draft, copy]) await addParty(api.database, record, zentropa);
  await addParty(api.database, older, aarhus);
  const query = `query ($first: Int, $after: String) {
    organisations(filter: { name: "n" }, orderBy: { field: CREATED_AT, direction: ASC }) {
      nodes { name caseStudies(first: $first, after: $after) { totalCount nodes { title } pageInfo { hasNextPage endCursor } } }
    }
  }`;
  const cases = async (variables: object, viewer?: typeof ADMIN) => {
    const { organisations } = await api.data(query, { ...variables }, viewer);
    return new Map<string, any>(
      organisations.nodes.map((node: { name: string; caseStudies: unknown }) => [node.name, node.caseStudies]),
    );
  };
  api.statements();
  const first = await cases({ first: 1 });
  // The page of organisations, the cases of all of them, the totals of all of them.
  expect(api.statements()).toHaveLength(3);
  expect(first.get('Zentropa')).toMatchObject({
    totalCount: 2,
    nodes: [{ title: 'Nyere' }],
    pageInfo: { hasNextPage: true },
  });
  expect(first.get('Aarhus Kommunes Biblioteker')).toMatchObject({ totalCount: 1, nodes: [{ title: 'Ældre' }] });
  expect(first.get('Københavns Biblioteker')).toMatchObject({ totalCount: 0, nodes: [] });
  const next = await cases({ after: first.get('Zentropa').pageInfo.endCursor });
  expect(next.get('Zentropa').nodes).toEqual([{ title: 'Ældre' }]);
  expect((await cases({}, ADMIN)).get('Zentropa').totalCount).toBe(2);
});

test('a cursor of another order is refused', async () => {
  const { organisations } = await api.data(ORGANISATIONS, { first: 1 });
  const { errors } = await api.execute(ORGANISATIONS, {
    after: organisations.pageInfo.endCursor,
    orderBy: { field: 'NAME', direction: 'DESC' },
  });
  expect(errors?.[0]?.extensions.code).toBe('CURSOR_INVALID');
});

const CREATE = `mutation ($input: CreatePartnerInput!) {
  createPartner(input: $input) { partner { __typename id name sector country cvr wikidataId url version municipality { name } } errors { code path message } }
}`;
const UPDATE = `mutation ($input: UpdatePartnerInput!) {
  updatePartner(input: $input) { partner { name cvr url version } errors { code path message } }
}`;

async function create(input: object) {
  return (await api.data(CREATE, { input }, ADMIN)).createPartner;
}

async function update(input: object) {
  return (await api.data(UPDATE, { input }, ADMIN)).updatePartner;
}

test('a partner is added', async () => {
  const { partner, errors } = await create({
    name: '  Danmarks Radio ',
    sector: 'PUBLIC',
    municipalityCode: '0101',
    cvr: '62786515',
    wikidataId: 'Q1166110',
    url: 'https://www.dr.dk',
  });
  expect(errors).toEqual([]);
  expect(partner).toEqual({
    __typename: 'Partner',
    id: expect.any(String),
    name: 'Danmarks Radio',
    sector: 'PUBLIC',
    country: 'DK',
    cvr: '62786515',
    wikidataId: 'Q1166110',
    url: 'https://www.dr.dk/',
    version: 1,
    municipality: { name: 'København' },
  });
});

test('what is in the directory is not added again, and the refusal names it', async () => {
  const refused = await create({ name: 'ZENTROPA', sector: 'PRIVATE', cvr: '12345678' });
  expect(refused.partner).toBeNull();
  expect(refused.errors.map(({ code, path }: { code: string; path: string[] }) => [code, path])).toEqual([
    ['DUPLICATE', ['name']],
    ['DUPLICATE', ['cvr']],
  ]);
  expect(refused.errors[0].message).toContain(zentropa);
  expect((await create({ name: 'Zentropa', sector: 'PRIVATE', country: 'SE' })).errors).toEqual([]);
});

test('two who add the same partner at once', async () => {
  const both = await Promise.all([1, 2].map(() => create({ name: 'Ny Partner', sector: 'PRIVATE' })));
  expect(both.flatMap(({ errors }) => errors.map((error: { code: string }) => error.code))).toEqual(['DUPLICATE']);
});

test.each([
  [{ name: ' ' }, 'REQUIRED', ['name']],
  [{ name: 'a\0b' }, 'INVALID', ['name']],
  [{ name: 'x'.repeat(301) }, 'INVALID', ['name']],
  [{ cvr: '123' }, 'INVALID', ['cvr']],
  [{ wikidataId: '42' }, 'INVALID', ['wikidataId']],
  [{ municipalityCode: '0999' }, 'NOT_FOUND', ['municipalityCode']],
  [{ municipalityCode: '0751', country: 'SE' }, 'INVALID', ['municipalityCode']],
])('a partner with %j is refused', async (wrong, code, path) => {
  const { partner, errors } = await create({ name: 'Et navn', sector: 'PRIVATE', ...wrong });
  expect(partner).toBeNull();
  expect(errors).toMatchObject([{ code, path }]);
});

test('a change keeps what it leaves out and empties what it sets to null', async () => {
  const { partner } = await create({
    name: 'Skiftende',
    sector: 'PRIVATE',
    cvr: '11111111',
    url: 'https://a.example/',
  });
  const changed = await update({ id: partner.id, version: 1, name: 'Skiftet', url: null });
  expect(changed).toEqual({ partner: { name: 'Skiftet', cvr: '11111111', url: null, version: 2 }, errors: [] });
  expect((await update({ id: partner.id, version: 1, name: 'Igen' })).errors).toMatchObject([
    { code: 'VERSION_CONFLICT', path: ['version'] },
  ]);
  expect((await update({ id: partner.id, version: 2, name: null })).errors).toMatchObject([
    { code: 'REQUIRED', path: ['name'] },
  ]);
  expect((await update({ id: partner.id, version: 2, name: 'Zentropa' })).errors).toMatchObject([
    { code: 'DUPLICATE' },
  ]);
  expect((await update({ id: aarhus, version: 1, name: 'Et andet' })).errors).toMatchObject([
    { code: 'NOT_FOUND', path: ['id'] },
  ]);
  expect((await update({ id: 'x', version: 1, name: 'Et andet' })).errors).toMatchObject([
    { code: 'INVALID', path: ['id'] },
  ]);
});

test('two changes to the same version: one is made', async () => {
  const { partner } = await create({ name: 'Omstridt', sector: 'PRIVATE' });
  const results = await Promise.all(['A', 'B'].map((name) => update({ id: partner.id, version: 1, name })));
  expect(results.map(({ errors }) => errors[0]?.code ?? 'CHANGED').sort()).toEqual(['CHANGED', 'VERSION_CONFLICT']);
});

test('with its name changes what the records that name a partner are found by', async () => {
  const { partner } = await create({ name: 'Gammelnavn', sector: 'PRIVATE' });
  const asParty = await addRecord(api.database, { kind: 'CASE_STUDY', title: 'En sag', organisation: aarhus });
  await addParty(api.database, asParty, partner.id);
  const answered = await addRecord(api.database, { kind: 'LESSON', title: 'En lære', organisation: partner.id });
  await update({ id: partner.id, version: 1, name: 'Nytnavn' });
  const found = async (word: string) =>
    (
      await api.database.rows<{ id: string }>(
        sql`SELECT id FROM record WHERE search @@ record_search_query(${word}) ORDER BY id`,
      )
    ).map((row) => row.id);
  expect(await found('nytnavn')).toEqual([asParty, answered]);
  expect(await found('gammelnavn')).toEqual([]);
});

test('the public may not write', async () => {
  const { errors } = await api.execute(CREATE, { input: { name: 'Fremmed', sector: 'PRIVATE' } });
  expect(errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
});

test('an import finds partners by CVR number, else by name and country, and adds the others once', async () => {
  const partner = (name: string, more = {}) => ({ name, sector: Sector.PRIVATE, country: 'DK', ...more });
  const ids = await api.database.inTransaction((transaction) =>
    partners.ensure(ADMIN, transaction, [
      partner('Helt andet navn', { cvr: '12345678' }),
      partner('zentropa'),
      partner('Importeret'),
      partner('IMPORTERET'),
      partner('Importeret', { country: 'SE' }),
    ]),
  );
  expect(ids.slice(0, 2)).toEqual([zentropa, zentropa]);
  expect(ids[3]).toBe(ids[2]);
  expect(new Set(ids).size).toBe(3);
  const again = await api.database.inTransaction((transaction) =>
    partners.ensure(ADMIN, transaction, [partner('Importeret')]),
  );
  expect(again).toEqual([ids[2]]);
});
