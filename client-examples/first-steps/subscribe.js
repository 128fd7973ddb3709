// Hears of shared knowledge the moment it is published, and after a cut connection of what it missed.
//
//   node subscribe.js [URL [CURSOR]]        URL is http://localhost:4000 unless given
//
// Remember the last cursor that is printed: started with it, this goes on right behind it.
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';

const [url = 'http://localhost:4000', after = null] = process.argv.slice(2);

const client = createClient({
  url: `${url.replace(/^http/, 'ws')}/graphql`,
  webSocketImpl: WebSocket,
  retryAttempts: Infinity,
  shouldRetry: () => true,
  on: { connected: () => console.log('listening') },
});

const payload = {
  query: `subscription ($after: String) {
    knowledgeEvents(after: $after) { cursor type recordKind record { title } organisation { name } }
  }`,
  variables: { after },
};

// graphql-ws sends this very object again when it connects again: with the last cursor in it, nothing is missed.
for await (const { data, errors } of client.iterate(payload)) {
  if (errors) throw new Error(errors.map((error) => `${error.extensions.code}: ${error.message}`).join('\n'));
  const { cursor, type, recordKind, record, organisation } = data.knowledgeEvents;
  payload.variables.after = cursor;
  console.log(`${type} ${recordKind}: ${record?.title ?? '(taken back)'} (${organisation.name})  ${cursor}`);
}
