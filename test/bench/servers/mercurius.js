/** Mercurius on Fastify, with its own loaders and compiled queries. */
import Fastify from 'fastify';
import { GraphQLScalarType } from 'graphql';
import mercurius from 'mercurius';
import * as database from './peer-database.js';
import { typeDefs } from './peer-schema.js';

const { groupBy, indexBy } = database;
const kinds = { CASE_STUDY: 'CaseStudy', EXPERIENCE: 'Experience', LESSON: 'Lesson' };

const resolvers = {
  DateTime: new GraphQLScalarType({ name: 'DateTime', serialize: (date) => date.toISOString() }),
  Query: {
    caseStudy: (_, { slug }) => database.readCase(slug),
    caseStudies: async (_, { first }) => ({ nodes: await database.readCases(first) }),
    experiences: async (_, { first }) => ({ nodes: await database.readExperiences(first) }),
    search: async (_, { query, first }) => ({
      edges: (await database.search(query, first)).map((row) => ({ score: row.score, node: row })),
    }),
  },
  KnowledgeRecord: { resolveType: (row) => kinds[row.recordKind] },
};

const loaders = {
  CaseStudy: {
    async parties(asked) {
      const ids = asked.map(({ obj }) => obj.id);
      return groupBy(ids, await database.readParties(ids), 'caseId');
    },
    experiences: (asked) => pagesOf(asked, database.readExperiencesOfCases, 'caseId'),
  },
  Party: {
    async organisation(asked) {
      const ids = asked.map(({ obj }) => obj.organisationId);
      return indexBy(ids, await database.readOrganisations([...new Set(ids)]), 'id');
    },
    async contributions(asked) {
      const ids = asked.map(({ obj }) => obj.id);
      return groupBy(ids, await database.readContributions(ids), 'partyId');
    },
  },
  Experience: {
    lessons: (asked) => pagesOf(asked, database.readLessonsOfExperiences, 'experienceId'),
  },
};

/** One statement for each `first`; nearly always all ask with the same one. */
async function pagesOf(asked, read, property) {
  const pages = new Map();
  for (const first of new Set(asked.map(({ params }) => params.first))) {
    const ids = asked.filter(({ params }) => params.first === first).map(({ obj }) => obj.id);
    const groups = groupBy(ids, await read(ids, first), property);
    ids.forEach((id, index) => pages.set(`${first} ${id}`, groups[index]));
  }
  return asked.map(({ obj, params }) => ({ nodes: pages.get(`${params.first} ${obj.id}`) }));
}

const app = Fastify();
await app.register(mercurius, { schema: typeDefs, resolvers, loaders, jit: 1 });
await app.listen({ port: Number(process.env.PORT), host: '127.0.0.1' });
