/** GraphQL Yoga on node:http, with DataLoaders made for each request. */
import { createServer } from 'node:http';
import DataLoader from 'dataloader';
import { GraphQLScalarType } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import * as database from './peer-database.js';
import { typeDefs } from './peer-schema.js';

const { groupBy, indexBy } = database;
const kinds = { CASE_STUDY: 'CaseStudy', EXPERIENCE: 'Experience', LESSON: 'Lesson' };

function createLoaders() {
  return {
    parties: new DataLoader(async (ids) => groupBy(ids, await database.readParties(ids), 'caseId')),
    organisation: new DataLoader(async (ids) => indexBy(ids, await database.readOrganisations(ids), 'id')),
    contributions: new DataLoader(async (ids) => groupBy(ids, await database.readContributions(ids), 'partyId')),
    experiences: loaderByPageSize(database.readExperiencesOfCases, 'caseId'),
    lessons: loaderByPageSize(database.readLessonsOfExperiences, 'experienceId'),
  };
}

/** One loader for each `first`: what is asked with another page size is another batch. */
function loaderByPageSize(read, property) {
  const loaders = new Map();
  return (first) => {
    if (!loaders.has(first)) {
      loaders.set(first, new DataLoader(async (ids) => groupBy(ids, await read(ids, first), property)));
    }
    return loaders.get(first);
  };
}

const schema = createSchema({
  typeDefs,
  resolvers: {
    DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
    Query: {
      caseStudy: (_, { slug }) => database.readCase(slug),
      caseStudies: async (_, { first }) => ({ nodes: await database.readCases(first) }),
      experiences: async (_, { first }) => ({ nodes: await database.readExperiences(first) }),
      search: async (_, { query, first }) => ({
        edges: (await database.search(query, first)).map((row) => ({ score: row.score, node: row })),
      }),
    },
    KnowledgeRecord: { __resolveType: (row) => kinds[row.recordKind] },
    CaseStudy: {
      parties: ({ id }, _, { loaders }) => loaders.parties.load(id),
      experiences: async ({ id }, { first }, { loaders }) => ({ nodes: await loaders.experiences(first).load(id) }),
    },
    Party: {
      organisation: ({ organisationId }, _, { loaders }) => loaders.organisation.load(organisationId),
      contributions: ({ id }, _, { loaders }) => loaders.contributions.load(id),
    },
    Experience: {
      lessons: async ({ id }, { first }, { loaders }) => ({ nodes: await loaders.lessons(first).load(id) }),
    },
  },
});

const yoga = createYoga({ schema, context: () => ({ loaders: createLoaders() }), graphiql: false, logging: false });
createServer(yoga).listen(Number(process.env.PORT), '127.0.0.1');
