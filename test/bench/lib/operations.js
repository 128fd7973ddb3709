/**
 * The five queries, in the terms of Medspil's schema, which the Yoga and the Mercurius server share; the other two
 * servers say how they ask for the same. Variables go round, so that no server lives on one lucky row.
 */

const slugs = Array.from({ length: 50 }, (_, i) => `partnership-${1 + i * 97}`);

/** Each finds between 80 and 900 records. */
const phrases = [
  'designtilbud',
  'fortællerejse',
  'klimaudstilling',
  'klimaakademi brugerne',
  'landsbyscene skole',
  'designkampagne',
  'spilstrategi arkiv',
  'klimarejse',
  'forfatteraften klima',
  'radiotilbud havn',
  'litteraturaften',
  'demokratirejse',
  'designlaboratorium',
  'avisværksted arkiv',
  'naturnetværk aftalen',
  'harbour evaluation stage',
];

export const operations = {
  Q1: {
    about: 'one case by slug, 11 fields',
    document: `query Q1($slug: String!) {
      caseStudy(slug: $slug) { id slug title language status summary kind scope state version publishedAt }
    }`,
    variables: slugs.map((slug) => ({ slug })),
    read: (data) => [data.caseStudy],
    rows: 1,
  },
  Q2: {
    about: '20 cases with parties and contributions',
    document: `query Q2 {
      caseStudies(first: 20) {
        nodes { slug title parties { role organisation { name } contributions { kind description } } }
      }
    }`,
    variables: [{}],
    read: (data) => data.caseStudies.nodes,
    rows: 20,
  },
  Q3: {
    about: '20 cases, 10 experiences each, with lessons',
    document: `query Q3 {
      caseStudies(first: 20) {
        nodes {
          slug title
          experiences(first: 10) {
            nodes { title outcome experienced gain lessons(first: 10) { nodes { title advice } } }
          }
        }
      }
    }`,
    variables: [{}],
    read: (data) =>
      data.caseStudies.nodes.map(({ experiences, ...rest }) => ({
        ...rest,
        experiences: experiences.nodes.map(({ lessons, ...experience }) => ({ ...experience, lessons: lessons.nodes })),
      })),
    rows: 20,
  },
  Q4: {
    about: 'full text search, 20 hits',
    document: `query Q4($query: String!) {
      search(query: $query, first: 20) { edges { score node { __typename title } } }
    }`,
    variables: phrases.map((query) => ({ query })),
    read: (data) => data.search.edges.map(({ score, node }) => ({ score, kind: node.__typename, title: node.title })),
    rows: 20,
  },
  Q5: {
    about: 'a page of 1,000 experiences, 8 fields',
    document: `query Q5 {
      experiences(first: 1000) { nodes { id slug title purpose gain phase outcome publishedAt } }
    }`,
    variables: [{}],
    read: (data) => data.experiences.nodes,
    rows: 1000,
  },
};
