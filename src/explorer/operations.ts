/** What one tab of the explorer holds when it is opened for the first time. */
export interface ReadyOperation {
  query: string;
  variables?: Record<string, unknown>;
  headers?: Record<string, string>;
}

const firstLook: ReadyOperation = {
  query: `# Welcome. Reading needs no key: press the triangle (or Ctrl-Enter) to run this.
# The other tabs hold a search, the knowledge graph, a publication and a live stream.

query FirstLook {
  caseStudies(first: 5) {
    totalCount
    nodes {
      slug
      title
      summary
      state
      documentation
      parties {
        role
        organisation {
          name
        }
        contributions {
          kind
          description
        }
      }
      definitionCheck {
        isPartnership
        missing
      }
      lessons(first: 3) {
        nodes {
          title
          advice
          confidence {
            level
            supporting
            contradicting
          }
        }
      }
    }
  }
}
`,
};

const search: ReadyOperation = {
  query: `# Full text in Danish and English, over cases, experiences and lessons alike.

query Search($words: String!) {
  search(query: $words, first: 10) {
    totalCount
    edges {
      score
      snippet
      node {
        __typename
        id
        slug
        title
        provenance
      }
    }
  }
}
`,
  variables: { words: 'partnerskab' },
};

const graph: ReadyOperation = {
  query: `# How one record hangs together with others.
# First run GraphStart and copy an id into the variables, then run Graph.

query GraphStart {
  caseStudies(first: 5) {
    nodes {
      id
      title
    }
  }
}

query Graph($from: ID!) {
  knowledgeGraph(from: $from, depth: 2, first: 50) {
    truncated
    nodes {
      __typename
      id
      title
    }
    edges {
      relation
      from {
        id
      }
      to {
        id
      }
    }
  }
}
`,
  variables: { from: '00000000-0000-0000-0000-000000000000' },
};

const publication: ReadyOperation = {
  query: `# From draft to published, in a few steps. Writing needs a key: put it under "Headers" below.
# The admin key lies where the server said at its start (.data/admin.key by default).
#
# 1. Run PublishStart, and copy the id of the library that answers for the lesson into "organisationId" of the variables.
# 2. Run Draft, and copy the id and the version of its answer into "transition".
# 3. Run Submit, and copy the new version.
# 4. Run Publish.

query PublishStart {
  library(isil: "DK-775100") {
    id
    name
  }
}

mutation Draft($lesson: CreateLessonInput!) {
  createLesson(input: $lesson) {
    lesson {
      id
      version
      status
    }
    errors {
      code
      message
      path
    }
  }
}

mutation Submit($transition: RecordTransitionInput!) {
  submitForReview(input: $transition) {
    record {
      id
      version
      status
    }
    errors {
      code
      message
      path
    }
  }
}

mutation Publish($transition: RecordTransitionInput!) {
  publish(input: $transition) {
    record {
      id
      version
      status
      publishedAt
    }
    errors {
      code
      message
      path
    }
  }
}
`,
  variables: {
    lesson: {
      title: 'Agree on who answers the phone',
      language: 'EN',
      organisationId: '00000000-0000-0000-0000-000000000000',
      context: 'Two organisations share one event',
      cause: 'Each believed that the other took the bookings',
      advice: 'Write one name beside every task before the first announcement',
      avoid: 'Leaving the small tasks to goodwill',
    },
    transition: { id: '00000000-0000-0000-0000-000000000000', version: 1 },
  },
  headers: { Authorization: 'Bearer PASTE-A-KEY-HERE' },
};

const live: ReadyOperation = {
  query: `# Stays open and shows each event as it happens: run it, then publish something in another window.
# With a cursor as "after", all that happened since comes first.

subscription Live($after: String) {
  knowledgeEvents(after: $after) {
    id
    cursor
    type
    occurredAt
    recordKind
    recordVersion
    record {
      id
      slug
      title
    }
  }
}
`,
  variables: { after: null },
};

/** The tabs of a first visit, in order. The first runs as it stands, without a key. */
export const operations: ReadyOperation[] = [firstLook, search, graph, publication, live];
