/** Statistics worked out from what the API tells of each record, the slow way: what the server's own must be equal to. */
import { expect } from 'vitest';
import type { TestServer } from './server.js';

export interface PublishedRecord {
  readonly recordKind: string;
  readonly id: string;
  readonly provenance: string;
  readonly documentation: string;
  readonly publishedYear: number;
  readonly organisation: string;
  readonly recommendations: readonly number[];
  readonly themes: readonly string[];
  /** Of an experience. */
  readonly outcome: string | null;
  readonly phase: string | null;
  /** The case itself, or that of an experience. */
  readonly caseStudy: PublishedCase | null;
}

interface PublishedCase {
  readonly id: string;
  readonly kind: string;
  readonly scope: string;
  readonly state: string | null;
  readonly municipality: string | null;
  readonly region: string | null;
  readonly startedYear: number | null;
  readonly parties: readonly Party[];
}

interface Party {
  readonly organisation: string;
  readonly municipality: string | null;
  readonly sector: string;
  readonly contributions: readonly string[];
}

/** A filter as the API takes it. */
export type ModelFilter = Readonly<Record<string, any>>;

const COMMON = `id provenance documentation publishedAt organisation { id } recommendations { number } themes { slug }`;
const QUERIES: Readonly<Record<string, string>> = {
  CASE_STUDY: `caseStudies(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${COMMON} kind scope state
    startedOn municipality { code region { code } } parties { contributions { kind } organisation { id
      municipality { code } ... on Partner { sector } } } } }`,
  EXPERIENCE: `experiences(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${COMMON}
    outcome phase caseStudy { id } } }`,
  LESSON: `lessons(first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${COMMON} } }`,
};

/** Everything that is published, page by page. */
export async function readPublished(server: TestServer): Promise<PublishedRecord[]> {
  const cases = new Map<string, PublishedCase>();
  const records: PublishedRecord[] = [];
  for (const [recordKind, query] of Object.entries(QUERIES)) {
    for (const node of await allNodes(server, query)) {
      if (recordKind === 'CASE_STUDY') cases.set(node.id, caseOf(node));
      records.push({
        recordKind,
        id: node.id,
        provenance: node.provenance,
        documentation: node.documentation,
        publishedYear: Number(node.publishedAt.slice(0, 4)),
        organisation: node.organisation.id,
        recommendations: node.recommendations.map((one: any) => one.number),
        themes: node.themes.map((one: any) => one.slug),
        outcome: node.outcome ?? null,
        phase: node.phase ?? null,
        caseStudy: cases.get(recordKind === 'CASE_STUDY' ? node.id : node.caseStudy?.id) ?? null,
      });
    }
  }
  return records;
}

async function allNodes(server: TestServer, query: string): Promise<any[]> {
  const nodes: any[] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await server.query(`query ($after: String) { page: ${query} }`, { after });
    expect(errors).toBeUndefined();
    nodes.push(...data.page.nodes);
    after = data.page.pageInfo.hasNextPage ? data.page.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}

function caseOf(node: any): PublishedCase {
  return {
    id: node.id,
    kind: node.kind,
    scope: node.scope,
    state: node.state,
    municipality: node.municipality?.code ?? null,
    region: node.municipality?.region.code ?? null,
    startedYear: node.startedOn === null ? null : Number(node.startedOn.slice(0, 4)),
    parties: node.parties.map(({ organisation, contributions }: any) => ({
      organisation: organisation.id,
      municipality: organisation.municipality?.code ?? null,
      sector: organisation.sector ?? 'LIBRARY',
      contributions: contributions.map((one: any) => one.kind),
    })),
  };
}

/** Those that a filter leaves. */
export function selected(records: readonly PublishedRecord[], filter: ModelFilter): PublishedRecord[] {
  const anyOf = (wanted: readonly unknown[] | null | undefined, ...values: unknown[]) =>
    !wanted?.length || values.some((value) => value !== null && value !== undefined && wanted.includes(value));
  const within = (year: number | null | undefined, from: number | null | undefined, to: number | null | undefined) =>
    (from == null || (year != null && year >= from)) && (to == null || (year != null && year <= to));
  return records.filter((record) => {
    const { caseStudy } = record;
    return (
      (filter['includeIllustrative'] === true || record.provenance !== 'ILLUSTRATIVE') &&
      anyOf(filter['recordKinds']?.length ? filter['recordKinds'] : ['CASE_STUDY'], record.recordKind) &&
      anyOf(filter['provenances'], record.provenance) &&
      anyOf(filter['documentations'], record.documentation) &&
      anyOf(filter['recommendations'], ...record.recommendations) &&
      anyOf(filter['themes'], ...record.themes) &&
      anyOf(filter['kinds'], caseStudy?.kind) &&
      anyOf(filter['scopes'], caseStudy?.scope) &&
      anyOf(filter['states'], caseStudy?.state) &&
      anyOf(filter['municipalities'], caseStudy?.municipality) &&
      anyOf(filter['regions'], caseStudy?.region) &&
      anyOf(filter['organisations'], ...(caseStudy?.parties.map((party) => party.organisation) ?? [])) &&
      anyOf(filter['sectors'], ...(caseStudy?.parties.map((party) => party.sector) ?? [])) &&
      within(caseStudy?.startedYear, filter['startedYearFrom'], filter['startedYearTo']) &&
      within(record.publishedYear, filter['publishedYearFrom'], filter['publishedYearTo'])
    );
  });
}

type Value = string | number | null | undefined;

/** By the field of `statistics`: the values of a record. */
const VALUES: Readonly<Record<string, (record: PublishedRecord) => readonly Value[]>> = {
  recordKinds: ({ recordKind }) => [recordKind],
  kinds: ({ caseStudy }) => [caseStudy?.kind],
  scopes: ({ caseStudy }) => [caseStudy?.scope],
  states: ({ caseStudy }) => [caseStudy?.state],
  municipalities: ({ caseStudy }) => [caseStudy?.municipality],
  regions: ({ caseStudy }) => [caseStudy?.region],
  startedYears: ({ caseStudy }) => [caseStudy?.startedYear],
  publishedYears: ({ publishedYear }) => [publishedYear],
  sectors: ({ caseStudy }) => caseStudy?.parties.map(({ sector }) => sector) ?? [],
  contributionKinds: ({ caseStudy }) => caseStudy?.parties.flatMap(({ contributions }) => contributions) ?? [],
  recommendations: ({ recommendations }) => recommendations,
  themes: ({ themes }) => themes,
  documentations: ({ documentation }) => [documentation],
  provenances: ({ provenance }) => [provenance],
};

export const BREAKDOWNS = Object.keys(VALUES);

export type Counts = Record<string, number>;

/** By the field of `statistics`: how many records have each value; what there is none of as "null". */
export function breakdowns(records: readonly PublishedRecord[]): Record<string, Counts> {
  return Object.fromEntries(
    BREAKDOWNS.map((name) => {
      const counts: Counts = {};
      for (const record of records) {
        const values = new Set(VALUES[name]!(record).map((value) => String(value ?? null)));
        for (const value of values.size === 0 ? ['null'] : values) counts[value] = (counts[value] ?? 0) + 1;
      }
      return [name, counts];
    }),
  );
}

/** How many cases two different parties share, by what the parties are: as `one+other` in the order of the alphabet. */
export function pairs(
  records: readonly PublishedRecord[],
  memberOf: (party: Party) => string | null,
  { sameToo }: { sameToo: boolean },
): Counts {
  const counts: Counts = {};
  for (const { recordKind, caseStudy } of records) {
    if (recordKind !== 'CASE_STUDY') continue;
    const { parties } = caseStudy!;
    const found = new Set(
      parties.flatMap((one, place) =>
        parties.slice(place + 1).flatMap((other) => {
          const members = [memberOf(one), memberOf(other)].sort();
          return members.includes(null) || (members[0] === members[1] && !sameToo) ? [] : members.join('+');
        }),
      ),
    );
    for (const pair of found) counts[pair] = (counts[pair] ?? 0) + 1;
  }
  return counts;
}

const LISTS = `${BREAKDOWNS.map((name) => `${name} { value count }`).join(' ')} sectorPairs { one other caseStudies }`;

const PAIRS: Readonly<Record<string, string>> = {
  organisationPairs: 'one { id } other { id }',
  municipalityPairs: 'one { id: code } other { id: code }',
};

async function readPairs(server: TestServer, name: string, filter: ModelFilter, asOf?: string): Promise<any[]> {
  const nodes: any[] = [];
  let after: string | null = null;
  do {
    const { data, errors } = await server.query(
      `query ($filter: StatisticsFilter, $asOf: DateTime, $after: String) { statistics(filter: $filter, asOf: $asOf) {
        page: ${name}(first: 1000, after: $after) { pageInfo { hasNextPage endCursor } nodes { ${PAIRS[name]} caseStudies } } } }`,
      { filter, asOf, after },
    );
    expect(errors).toBeUndefined();
    const { page }: any = data.statistics;
    nodes.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
  } while (after !== null);
  return nodes;
}

/** What the server counts, in the form of {@link expectedStatistics}; and that each list has the most frequent first. */
export async function readStatistics(server: TestServer, filter: ModelFilter, asOf?: string): Promise<object> {
  const { data, errors } = await server.query(
    `query ($filter: StatisticsFilter, $asOf: DateTime) { statistics(filter: $filter, asOf: $asOf) { ${LISTS} } }`,
    { filter, asOf },
  );
  expect(errors).toBeUndefined();
  const { sectorPairs, ...lists } = data.statistics;
  for (const [name, list] of Object.entries<any[]>(lists)) {
    expect(list, name).toEqual(
      name.endsWith('Years')
        ? [...list].sort((one, other) => (one.value ?? '9999').localeCompare(other.value ?? '9999'))
        : [...list].sort((one, other) => other.count - one.count),
    );
  }
  const pairCounts = (nodes: any[], nameOf: (member: any) => string): Counts =>
    Object.fromEntries(
      nodes.map(({ one, other, caseStudies }) => [[one, other].map(nameOf).sort().join('+'), caseStudies]),
    );
  return {
    breakdowns: Object.fromEntries(
      Object.entries<any[]>(lists).map(([name, list]) => [
        name,
        Object.fromEntries(list.map(({ value, count }) => [String(value), count])),
      ]),
    ),
    organisations: pairCounts(await readPairs(server, 'organisationPairs', filter, asOf), ({ id }) => id),
    municipalities: pairCounts(await readPairs(server, 'municipalityPairs', filter, asOf), ({ id }) => id),
    sectors: pairCounts(sectorPairs, (sector) => sector),
  };
}

export function expectedStatistics(records: readonly PublishedRecord[], filter: ModelFilter): object {
  const left = selected(records, filter);
  const cases = selected(records, { ...filter, recordKinds: ['CASE_STUDY'] });
  return {
    breakdowns: breakdowns(left),
    organisations: pairs(cases, ({ organisation }) => organisation, { sameToo: false }),
    municipalities: pairs(cases, ({ municipality }) => municipality, { sameToo: false }),
    sectors: pairs(cases, ({ sector }) => sector, { sameToo: true }),
  };
}
