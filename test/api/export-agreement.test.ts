/** All formats of one state say the same, record for record, and what the API says. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { recordsOfApi } from '../helpers/export-graphql.js';
import {
  downloadExport,
  readGraphml,
  type ReadGraph,
  readJsonLd,
  readLines,
  readTables,
  readTurtle,
} from '../helpers/export-readers.js';
import { hasProjects, importProjects, PROJECTS } from '../helpers/imported-projects.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

if (!hasProjects)
  console.info('Exports of the real data set are not compared: the folder ../shared/data is not there.');

const CORPORA = [
  { corpus: 'the seed', size: 0, skip: false, fill: () => Promise.resolve() },
  { corpus: 'the 598 imported projects', size: PROJECTS, skip: !hasProjects, fill: importProjects },
];

describe.each(CORPORA)('exports of $corpus', ({ size, skip, fill }) => {
  let server: TestServer;
  let documents: any[];
  beforeAll(async () => {
    if (skip) return;
    server = await startTestServer({ seed: size === 0 });
    await fill(server);
    documents = readLines(await downloadExport(server.url, 'records.ndjson'));
  }, 300_000);
  afterAll(() => server?.close());

  const test = it.skipIf(skip);

  test('are what the API says, record for record', async () => {
    expect(documents.length).toBeGreaterThanOrEqual(size || 15);
    expect(documents).toEqual(await recordsOfApi(server));
  }, 120_000);

  test('as tables are the same documents', async () => {
    const { tables, metadata, names } = await readTables(await downloadExport(server.url, 'tables.zip'));
    expect(documentsOf(tables, server.url)).toEqual(documents.map(withoutBlanks));
    // What describes the tables describes these.
    expect(metadata.tables.map(({ url }: any) => url)).toEqual(names.filter((name) => name.endsWith('.csv')));
    for (const { url, tableSchema } of metadata.tables) {
      const rows = tables[url.slice(0, -4)]!;
      checkRows(rows, tableSchema);
      for (const { columnReference, reference } of tableSchema.foreignKeys) {
        const keys = new Set(
          tables[reference.resource.slice(0, -4)]!.map((row) => keyOf(row, reference.columnReference)),
        );
        expect(rows.filter((row) => !keys.has(keyOf(row, columnReference)))).toEqual([]);
      }
    }
  });

  test('as JSON-LD and as Turtle are the same triples, of the same records', async () => {
    const triples = readTurtle(await downloadExport(server.url, 'records.ttl'));
    expect(await readJsonLd(await downloadExport(server.url, 'records.jsonld'))).toEqual(triples);
    const known = new Set(triples);
    for (const { url, id, title, language, recordKind, updatedAt, organisation, ...document } of documents) {
      const subject = `<${url}>`;
      const text = (value: string) => `${JSON.stringify(value).replaceAll('\\b', '\b')}@${language.toLowerCase()}`;
      const expected = [
        `${subject} <https://schema.org/identifier> "urn:uuid:${id}" .`,
        `${subject} <https://schema.org/name> ${text(title)} .`,
        `${subject} <https://schema.org/author> <${server.url}/organisations/${organisation.id}> .`,
        `${subject} <https://schema.org/dateModified> "${updatedAt}"^^<http://www.w3.org/2001/XMLSchema#dateTime> .`,
        ...document.themes.map(
          (slug: string) => `${subject} <http://purl.org/dc/terms/subject> <${server.url}/themes/${slug}> .`,
        ),
        ...(recordKind === 'LESSON'
          ? document.evidence.map(
              ({ experience, stance }: any) =>
                `${subject} <${server.url}/ns#${stance === 'SUPPORTS' ? 'supportedBy' : 'contradictedBy'}> <${experience.url}> .`,
            )
          : []),
      ];
      expect(expected.filter((triple) => !known.has(triple))).toEqual([]);
    }
    const identified = triples.filter((triple) => triple.includes('<https://schema.org/identifier> "urn:uuid:'));
    expect(identified).toHaveLength(documents.length);
  }, 120_000);

  test('as a graph have the same records, organisations and what lies between', async () => {
    const graph = readGraphml(await downloadExport(server.url, 'graph.graphml'));
    const { nodes, edges } = graphOf(documents);
    const byId = (one: any, other: any) => (one.id < other.id ? -1 : 1);
    expect(graph.nodes.toSorted(byId)).toEqual(nodes.map(withoutNull).sort(byId));
    const described = ({ id: _, ...edge }: any) => JSON.stringify(Object.entries(edge).sort());
    expect(graph.edges.map(described).sort()).toEqual(edges.map(withoutNull).map(described).sort());
    expect(new Set(graph.edges.map(({ id }) => id)).size).toBe(edges.length);
  });
});

const keyOf = (row: Record<string, string>, columns: string[]) => JSON.stringify(columns.map((name) => row[name]));

const VALUES: Record<string, RegExp> = {
  string: /^[^]*$/,
  integer: /^-?\d+$/,
  decimal: /^\d+(\.\d+)?$/,
  date: /^\d{4}-\d\d-\d\d$/,
  dateTime: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  anyURI: /^https?:\/\/\S+$/,
};

function checkRows(rows: Record<string, string>[], { columns, primaryKey }: any): void {
  expect(new Set(rows.map((row) => keyOf(row, primaryKey))).size).toBe(rows.length);
  for (const row of rows) {
    expect(Object.keys(row)).toEqual(columns.map(({ name }: any) => name));
    for (const { name, datatype, separator, required } of columns) {
      const values = separator === undefined ? [row[name]!] : row[name]!.split(separator);
      if (required) expect(row[name]).not.toBe('');
      for (const value of values) if (value !== '') expect(value).toMatch(VALUES[datatype]!);
    }
  }
}

/** Empty texts and nothing are one in CSV. */
function withoutBlanks(value: any): any {
  if (Array.isArray(value)) return value.map(withoutBlanks);
  if (value === null || value === '') return null;
  if (typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inside]) => [name, withoutBlanks(inside)]));
}

const withoutNull = (node: object) => Object.fromEntries(Object.entries(node).filter(([, value]) => value != null));

/** Puts documents together again from the tables, by their keys alone. */
function documentsOf(tables: Record<string, Record<string, string>[]>, url: string): any[] {
  const integer = (text: string) => (text === '' ? null : Number(text));
  const list = (text: string) => (text === '' ? [] : text.split(';'));
  const blank = (row: any) => withoutBlanks(row);
  const of = (table: string, column: string, id: string) => tables[table]!.filter((row) => row[column] === id);
  const one = (table: string, id: string) => of(table, 'id', id)[0]!;
  const organisation = (id: string) => blank(one('organisations', id));
  const reference = (id: string) => {
    const { recordKind, slug, title, url } = one('records', id);
    return { id, recordKind, slug, title, url };
  };
  const without = (row: Record<string, string>, ...columns: string[]) =>
    Object.fromEntries(Object.entries(row).filter(([name]) => !['ordinal', ...columns].includes(name)));
  const money = (row: any) => ({ ...row, amount: integer(row.amount) });
  const ofKind: Record<string, (id: string) => object> = {
    CASE_STUDY: (id) => {
      const { municipalityCode, municipality, regionCode, region, rationales, ...rest } = one('case-studies', id);
      return {
        ...rest,
        municipality: municipalityCode && {
          code: municipalityCode,
          name: municipality,
          region: { code: regionCode, name: region },
        },
        rationales: list(rationales!).map(Number),
        parties: of('parties', 'caseStudyId', id).map(({ ordinal, organisationId, role }) => ({
          role,
          organisation: organisation(organisationId!),
          contributions: of('contributions', 'caseStudyId', id)
            .filter(({ party }) => party === ordinal)
            .map((row) => money(without(row, 'caseStudyId', 'party'))),
        })),
        rulesOfPlay: of('rules-of-play', 'caseStudyId', id).map((row) => without(row, 'caseStudyId')),
        benefits: of('benefits', 'caseStudyId', id).map((row) => without(row, 'caseStudyId')),
        funding: of('funding', 'caseStudyId', id).map((row) => ({
          ...money(without(row, 'caseStudyId')),
          year: integer(row['year']!),
        })),
      };
    },
    EXPERIENCE: (id) => {
      const { caseStudyId, ...rest } = one('experiences', id);
      return { ...rest, caseStudy: caseStudyId && reference(caseStudyId) };
    },
    LESSON: (id) => ({
      ...one('lessons', id),
      evidence: of('evidence', 'lessonId', id).map(({ experienceId, stance, note, createdAt }) => ({
        experience: reference(experienceId!),
        stance,
        note,
        createdAt,
      })),
    }),
  };
  return tables['records']!.map(({ organisationId, recommendations, themes, version, ...record }) => {
    const { id, recordKind } = record as { id: string; recordKind: string };
    const links = tables['links']!.filter(({ fromId, toId }) => fromId === id || toId === id);
    expect(record['url']).toBe(`${url}/records/${record['slug']}`);
    return blank({
      ...record,
      ...ofKind[recordKind]!(id),
      version: Number(version),
      organisation: organisation(organisationId!),
      recommendations: list(recommendations!).map(Number),
      themes: list(themes!),
      sources: of('sources', 'recordId', id).map((row) => ({
        ...without(row, 'recordId'),
        year: integer(row['year']!),
      })),
      adoptions: of('adoptions', 'recordId', id).map(({ organisationId, recordId: _, ...row }) => ({
        ...row,
        organisation: organisation(organisationId!),
      })),
      links: links
        .map(({ fromId, toId, ...row }) => ({ ...row, from: reference(fromId!), to: reference(toId!) }))
        .sort((one: any, other: any) => (one.createdAt + one.id < other.createdAt + other.id ? -1 : 1)),
    });
  });
}

/** The graph of documents, as it is described to users. */
function graphOf(documents: any[]): ReadGraph {
  const organisations = new Map<string, any>();
  const edges = new Map<string, any>();
  const involve = (organisation: any, target: string, edge: any) => {
    organisations.set(organisation.id, organisation);
    edges.set(JSON.stringify([organisation.id, target, edge]), { source: organisation.id, target, ...edge });
  };
  const nodes = documents.map((document) => {
    const { id } = document;
    involve(document.organisation, id, { type: 'RESPONSIBLE' });
    for (const { organisation, role } of document.parties ?? []) involve(organisation, id, { type: 'PARTY', role });
    for (const { organisation, outcome, adoptedOn, createdAt } of document.adoptions) {
      involve(organisation, id, { type: 'ADOPTION', outcome, adoptedOn, createdAt });
    }
    if (document.caseStudy) {
      edges.set(`${id} case`, { source: id, target: document.caseStudy.id, type: 'EXPERIENCE_OF' });
    }
    for (const { experience, stance, note, createdAt } of document.evidence ?? []) {
      const edge = { source: experience.id, target: id, type: 'EVIDENCE', stance, note, createdAt };
      edges.set(`${id} ${experience.id}`, edge);
    }
    for (const { id, from, to, relation, note, createdAt } of document.links) {
      const direction = relation === 'RELATED' ? { directed: 'false' } : {};
      edges.set(id, { source: from.id, target: to.id, ...direction, type: 'LINK', relation, note, createdAt });
    }
    const { url, slug, version, language, provenance, documentation, publishedAt, updatedAt } = document;
    const { kind, scope, state, startedOn, endedOn, phase, outcome, municipality } = document;
    return {
      ...{ id, type: document.recordKind, label: document.title, url, slug, version, language, provenance },
      ...{ documentation, publishedAt, updatedAt, kind, scope, state, startedOn, endedOn, phase, outcome },
      municipalityCode: municipality?.code,
      recommendations: document.recommendations.join(';') || null,
      themes: document.themes.join(';') || null,
    };
  });
  const others = [...organisations.values()].map(({ kind, name, agencyId: _, ...organisation }) => ({
    ...organisation,
    type: kind,
    label: name,
  }));
  return { nodes: [...nodes, ...others], edges: [...edges.values()] };
}
