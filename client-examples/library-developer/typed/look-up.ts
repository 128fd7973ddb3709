// Looks up a library by its ISIL, and the partnerships of its municipality.
//
//   node build/look-up.js DK-746100
import type { ResultOf } from 'gql.tada';
import { ask, graphql } from './ask.ts';

const [isil = 'DK-746100'] = process.argv.slice(2);

const LibraryByIsil = graphql(`
  query LibraryByIsil($isil: String!) {
    library(isil: $isil) {
      name
      municipality { code name }
      caseStudies { nodes { title } }
    }
  }
`);

const CasesOfMunicipality = graphql(`
  query CasesOfMunicipality($code: String!, $after: String) {
    caseStudies(filter: { municipalities: [$code] }, first: 100, after: $after) {
      nodes { slug title startedOn state }
      pageInfo { hasNextPage endCursor }
    }
  }
`);

const { library } = await ask(LibraryByIsil, { isil });
if (!library) throw new Error(`There is no library ${isil}`);
console.log(`${isil} is ${library.name}`);
for (const { title } of library.caseStudies.nodes) console.log(`  takes part in: ${title}`);

// Libraries outside of Denmark have no municipality here.
if (library.municipality) {
  const { code, name } = library.municipality;
  console.log(`At home in ${name} (${code}):`);
  for await (const { title, startedOn } of casesOf(code)) console.log(`  ${startedOn ?? 'no date'}  ${title}`);
}

/** All of them, page by page. */
async function* casesOf(code: string) {
  let after: string | null = null;
  let hasNextPage = true;
  while (hasNextPage) {
    const page: ResultOf<typeof CasesOfMunicipality> = await ask(CasesOfMunicipality, { code, after });
    yield* page.caseStudies.nodes;
    ({ endCursor: after, hasNextPage } = page.caseStudies.pageInfo);
  }
}
