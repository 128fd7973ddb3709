/** All published records as the API gives them, in the words of the documents that exports are made of. */
import { expect } from 'vitest';
import type { TestServer } from './server.js';

const ORGANISATION = `{ __typename id name country url municipality { code }
  ... on Library { isil agencyId } ... on Partner { sector cvr wikidataId } }`;
const REFERENCE = '{ __typename id slug title }';
const COMMON = `id slug title language provenance documentation version publishedAt updatedAt
  organisation ${ORGANISATION} recommendations { number } themes { slug } sources { title publisher year url page }
  links(first: 20) { pageInfo { hasNextPage } nodes { id relation note createdAt from ${REFERENCE} to ${REFERENCE} } }
  adoptions(first: 10) { pageInfo { hasNextPage } nodes { id taken adaptation outcome result adoptedOn createdAt organisation ${ORGANISATION} } }`;
const KINDS = {
  caseStudies: `${COMMON} summary description kind scope state startedOn endedOn rationales { number }
    municipality { code name region { code name } }
    parties { role organisation ${ORGANISATION} contributions { kind description amount currency } }
    rulesOfPlay { topic text } benefits { group description } funding { pool amount currency year }`,
  experiences: `${COMMON} caseStudy ${REFERENCE} purpose experienced challenges barriers gain phase outcome startedOn endedOn`,
  lessons: `${COMMON} context cause advice avoid evidence { stance note createdAt experience ${REFERENCE} }`,
};
const RECORD_KINDS: Record<string, string> = {
  CaseStudy: 'CASE_STUDY',
  Experience: 'EXPERIENCE',
  Lesson: 'LESSON',
};

/** In the order of their ids. */
export async function recordsOfApi(server: TestServer): Promise<any[]> {
  const records: any[] = [];
  for (const [list, selection] of Object.entries(KINDS)) {
    let after: string | null = null;
    do {
      const { data, errors } = await server.admin(
        `query ($after: String) { ${list}(first: 10, after: $after) { pageInfo { hasNextPage endCursor } nodes { __typename ${selection} } } }`,
        { after },
      );
      expect(errors).toBeUndefined();
      const { nodes, pageInfo } = data[list];
      records.push(...nodes.map((node: any) => documentOf(node, server.url)));
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after !== null);
  }
  return records.sort((one, other) => (one.id < other.id ? -1 : 1));
}

function documentOf({ __typename, links, adoptions, ...record }: any, url: string): any {
  expect([links.pageInfo.hasNextPage, adoptions.pageInfo.hasNextPage]).toEqual([false, false]);
  const reference = (node: any) => node && referenceOf(node, url);
  return {
    ...record,
    recordKind: RECORD_KINDS[__typename],
    url: `${url}/records/${record.slug}`,
    organisation: organisationOf(record.organisation),
    recommendations: record.recommendations.map(({ number }: any) => number),
    themes: record.themes.map(({ slug }: any) => slug).sort(),
    links: sorted(links.nodes.map((link: any) => ({ ...link, from: reference(link.from), to: reference(link.to) }))),
    adoptions: sorted(
      adoptions.nodes.map((adoption: any) => ({ ...adoption, organisation: organisationOf(adoption.organisation) })),
    ),
    ...(__typename === 'CaseStudy' && {
      rationales: record.rationales.map(({ number }: any) => number),
      parties: record.parties.map((party: any) => ({ ...party, organisation: organisationOf(party.organisation) })),
    }),
    ...(__typename === 'Experience' && { caseStudy: reference(record.caseStudy) }),
    ...(__typename === 'Lesson' && {
      evidence: record.evidence.map((piece: any) => ({ ...piece, experience: reference(piece.experience) })),
    }),
  };
}

function referenceOf({ __typename, id, slug, title }: any, url: string) {
  return { id, recordKind: RECORD_KINDS[__typename], slug, title, url: `${url}/records/${slug}` };
}

function organisationOf({ __typename, municipality, ...organisation }: any) {
  const unsaid = { isil: null, agencyId: null, sector: null, cvr: null, wikidataId: null };
  return {
    ...unsaid,
    ...organisation,
    kind: __typename.toUpperCase(),
    municipalityCode: municipality?.code ?? null,
  };
}

/** Oldest first, as documents have them. */
function sorted<Item extends { id: string; createdAt: string }>(items: Item[]): Item[] {
  return items.sort((one, other) => (one.createdAt + one.id < other.createdAt + other.id ? -1 : 1));
}
