// Reads published knowledge: no key, no library, only fetch.
//
//   node query.js [URL]        URL is http://localhost:4000 unless given
const url = process.argv[2] ?? 'http://localhost:4000';

const query = `
  query Cases($first: Int!) {
    caseStudies(first: $first) {
      totalCount
      nodes {
        title
        provenance
        parties { role organisation { name } }
        lessons(first: 3) { nodes { title confidence { level supporting contradicting } } }
      }
    }
  }`;

const response = await fetch(`${url}/graphql`, {
  method: 'POST',
  headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
  body: JSON.stringify({ query, variables: { first: 5 } }),
});
const { data, errors } = await response.json();
if (errors) throw new Error(errors.map((error) => `${error.extensions.code}: ${error.message}`).join('\n'));

console.log(`${data.caseStudies.totalCount} case studies`);
for (const { title, provenance, parties, lessons } of data.caseStudies.nodes) {
  console.log(`\n${title}  [${provenance}]`);
  for (const { role, organisation } of parties) console.log(`  ${role.toLowerCase()}: ${organisation.name}`);
  for (const lesson of lessons.nodes) console.log(`  lesson (${lesson.confidence.level}): ${lesson.title}`);
}
