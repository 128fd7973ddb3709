/** What Yoga and Mercurius serve: Medspil's names, cut to what the five queries ask, so that they read no column more. */
export const typeDefs = `
  scalar DateTime

  type Query {
    caseStudy(slug: String!): CaseStudy
    caseStudies(first: Int = 20): CaseStudyConnection!
    experiences(first: Int = 20): ExperienceConnection!
    search(query: String!, first: Int = 20): SearchConnection!
  }

  interface KnowledgeRecord {
    title: String!
  }

  type CaseStudy implements KnowledgeRecord {
    id: ID!
    slug: String!
    title: String!
    language: String!
    status: String!
    summary: String!
    kind: String!
    scope: String!
    state: String
    version: Int!
    publishedAt: DateTime
    parties: [Party!]!
    experiences(first: Int = 20): ExperienceConnection!
  }

  type Party {
    role: String!
    organisation: Organisation!
    contributions: [Contribution!]!
  }

  type Organisation {
    id: ID!
    name: String!
  }

  type Contribution {
    kind: String!
    description: String!
  }

  type Experience implements KnowledgeRecord {
    id: ID!
    slug: String!
    title: String!
    purpose: String!
    experienced: String!
    gain: String!
    phase: String!
    outcome: String!
    publishedAt: DateTime
    lessons(first: Int = 20): LessonConnection!
  }

  type Lesson implements KnowledgeRecord {
    title: String!
    advice: String!
  }

  type CaseStudyConnection {
    nodes: [CaseStudy!]!
  }

  type ExperienceConnection {
    nodes: [Experience!]!
  }

  type LessonConnection {
    nodes: [Lesson!]!
  }

  type SearchConnection {
    edges: [SearchEdge!]!
  }

  type SearchEdge {
    node: KnowledgeRecord!
    score: Float!
  }
`;
