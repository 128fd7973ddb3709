// A list that is always up to date, with Apollo Client 4: a query, and a subscription by WebSocket that misses nothing.
//
//   node apollo.js [URL]        URL is http://localhost:4000 unless given
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { OperationTypeNode, print } from 'graphql';
import { follow } from '../resume/websocket.js';
import { observe } from './observe.js';

const [url = 'http://localhost:4000'] = process.argv.slice(2);

/** Runs subscriptions. To be copied, with observe.js and ../resume. */
class ResumingLink extends ApolloLink {
  /** @param {{ url: string, key?: string, onAnew: () => void }} options  see observe.js */
  constructor(options) {
    super();
    this.options = options;
  }

  request({ query: document, variables }) {
    const subscription = { document, query: print(document), variables };
    return new Observable((observer) => observe({ ...this.options, follow, ...subscription }, observer));
  }
}

const client = new ApolloClient({
  cache: new InMemoryCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new ResumingLink({ url, onAnew: () => client.refetchQueries({ include: 'active' }) }),
    new HttpLink({ uri: `${url}/graphql` }),
  ),
});

const LESSONS = gql`
  query Lessons {
    lessons(first: 5) { totalCount nodes { id title } }
    knowledgeCursor
  }
`;
const EVENTS = gql`
  subscription Events($after: String) {
    knowledgeEvents(after: $after, filter: { kinds: [LESSON] }) { id cursor type record { id title } }
  }
`;

// Read together with the page: what happens from then on, and nothing else, comes as events.
const { data } = await client.query({ query: LESSONS });
const { knowledgeCursor } = data;

client.watchQuery({ query: LESSONS }).subscribe(({ data }) => {
  if (!data?.lessons) return;
  const { totalCount, nodes } = data.lessons;
  console.log(`${totalCount} lessons: ${nodes.map(({ title }) => title).join(' | ')}`);
});

client.subscribe({ query: EVENTS, variables: { after: knowledgeCursor } }).subscribe(({ data, error }) => {
  if (error) throw error;
  const { type, record } = data.knowledgeEvents;
  console.log(`${type}: ${record?.title ?? '(taken back)'}`);
  // A revised lesson is shown already: the event brought it, and the cache knows it by its id. Lists are read anew.
  if (type === 'PUBLISHED' || type === 'RETRACTED') void client.refetchQueries({ include: [LESSONS] });
});
