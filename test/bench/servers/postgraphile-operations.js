/** The five queries as PostGraphile's schema words them. */
const typeNames = { CASE_STUDY: 'CaseStudy', EXPERIENCE: 'Experience', LESSON: 'Lesson' };

export const postgraphileOperations = {
  Q1: {
    document: `query Q1($slug: String!) {
      caseStudyBySlug(slug: $slug) {
        rowId slug title language status summary kind scope state version publishedAt
      }
    }`,
    read: ({ caseStudyBySlug: { rowId, ...rest } }) => [{ id: rowId, ...rest }],
  },
  Q2: {
    document: `query Q2 {
      allCaseStudies(first: 20, orderBy: PUBLISHED_AT_DESC) {
        nodes {
          slug title
          parties(orderBy: ORDINAL_ASC) {
            nodes { role organisation { name } contributions(orderBy: ORDINAL_ASC) { nodes { kind description } } }
          }
        }
      }
    }`,
    read: (data) =>
      data.allCaseStudies.nodes.map(({ parties, ...rest }) => ({
        ...rest,
        parties: parties.nodes.map(({ contributions, ...party }) => ({ ...party, contributions: contributions.nodes })),
      })),
  },
  Q3: {
    document: `query Q3 {
      allCaseStudies(first: 20, orderBy: PUBLISHED_AT_DESC) {
        nodes {
          slug title
          experiences(first: 10, orderBy: PUBLISHED_AT_DESC) {
            nodes { title outcome experienced gain lessons(first: 10) { nodes { title advice } } }
          }
        }
      }
    }`,
    read: (data) =>
      data.allCaseStudies.nodes.map(({ experiences, ...rest }) => ({
        ...rest,
        experiences: experiences.nodes.map(({ lessons, ...experience }) => ({ ...experience, lessons: lessons.nodes })),
      })),
  },
  Q4: {
    document: `query Q4($query: String!) {
      search(query: $query, first: 20) { nodes { score kind title } }
    }`,
    read: (data) => data.search.nodes.map((hit) => ({ ...hit, kind: typeNames[hit.kind] })),
  },
  Q5: {
    document: `query Q5 {
      allExperiences(first: 1000, orderBy: PUBLISHED_AT_DESC) {
        nodes { rowId slug title purpose gain phase outcome publishedAt }
      }
    }`,
    read: (data) => data.allExperiences.nodes.map(({ rowId, ...rest }) => ({ id: rowId, ...rest })),
  },
};
