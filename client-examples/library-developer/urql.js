// A list that is always up to date, with urql: a query, and a subscription by server-sent events that misses nothing.
//
//   node urql.js [URL]        URL is http://localhost:4000 unless given
import { Client, fetchExchange, gql, subscriptionExchange } from '@urql/core';
import { follow } from '../resume/sse.js';
import { observe } from './observe.js';

const [url = 'http://localhost:4000'] = process.argv.slice(2);

const client = new Client({
  url: `${url}/graphql`,
  preferGetMethod: false,
  exchanges: [
    fetchExchange,
    subscriptionExchange({
      forwardSubscription: ({ query, variables }, { query: document }) => ({
        subscribe: (observer) => ({
          unsubscribe: observe({ follow, url, document, query, variables, onAnew: showLessons }, observer),
        }),
      }),
    }),
  ],
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

/** Shows the list as it is now, and gives the place in the log that it was read at. */
async function showLessons() {
  const { data, error } = await client.query(LESSONS, {});
  if (error) throw error;
  const { totalCount, nodes } = data.lessons;
  console.log(`${totalCount} lessons: ${nodes.map(({ title }) => title).join(' | ')}`);
  return data.knowledgeCursor;
}

// What happens from the moment on at which the list was read, and nothing else, comes as events.
const after = await showLessons();
client.subscription(EVENTS, { after }).subscribe(({ data, error }) => {
  if (error) throw error;
  const { type, record } = data.knowledgeEvents;
  console.log(`${type}: ${record?.title ?? '(taken back)'}`);
  void showLessons();
});
