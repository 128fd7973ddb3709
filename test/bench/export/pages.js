/** The same records by GraphQL, page after page, as a program without exports would read them. */

const ORGANISATION = `{ __typename id name country url municipality { code }
  ... on Library { isil agencyId } ... on Partner { sector cvr wikidataId } }`;
const REFERENCE = '{ id slug title }';
const COMMON = `id slug title language provenance documentation version publishedAt updatedAt
  organisation ${ORGANISATION} recommendations { number } themes { slug } sources { title publisher year url page }
  links(first: 5) { nodes { id relation note createdAt from ${REFERENCE} to ${REFERENCE} } }
  adoptions(first: 5) { nodes { id taken adaptation outcome result adoptedOn createdAt organisation ${ORGANISATION} } }`;
const LISTS = {
  caseStudies: `${COMMON} summary description kind scope state startedOn endedOn rationales { number }
    municipality { code name region { code name } }
    parties { role organisation ${ORGANISATION} contributions { kind description amount currency } }
    rulesOfPlay { topic text } benefits { group description } funding { pool amount currency year }`,
  experiences: `${COMMON} caseStudy ${REFERENCE} purpose experienced challenges barriers gain phase outcome startedOn endedOn`,
  lessons: `${COMMON} context cause advice avoid evidence { stance note createdAt experience ${REFERENCE} }`,
};
/** The kinds as there are of them; see {@link fillKnowledge}. */
const SHARES = { caseStudies: 0.1, experiences: 0.4, lessons: 0.5 };
/** As large as the limit of an operation's cost lets it be, to the next round number. */
const PAGE = 50;

/** @returns the bytes of all answers */
export async function pageThrough({ origin }, count) {
  let bytes = 0;
  for (const [list, selection] of Object.entries(LISTS)) {
    const query = `query ($after: String) { ${list}(first: ${PAGE}, after: $after, orderBy: { field: CREATED_AT, direction: ASC }) {
      pageInfo { endCursor } nodes { ${selection} } } }`;
    let after = null;
    for (let read = 0; read < count * SHARES[list]; read += PAGE) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { after } }),
      });
      const text = await response.text();
      const { data, errors } = JSON.parse(text);
      if (errors) throw new Error(JSON.stringify(errors));
      bytes += text.length;
      after = data[list].pageInfo.endCursor;
    }
  }
  return bytes;
}
