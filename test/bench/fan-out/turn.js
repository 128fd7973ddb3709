/** One server's turn: from its start through all sizes. */
import { withClient } from '../lib/client.js';
import { now } from '../lib/clock.js';
import { makeEvent, stampEvent } from '../lib/knowledge.js';
import { MeasuredServer } from '../lib/measured-server.js';
import { Subscribers } from './subscribers.js';

const query = `subscription {
  knowledgeEvents { id cursor type recordId recordKind occurredAt record { id title } }
}`;

/** Sockets and events that make a server's code warm and its memory what it is under way; then they leave. */
const WARM_UP_SOCKETS = 1000;
const WARM_UP_EVENTS = 10;
/** Events at each size before those that count. */
const DISCARDED = 2;

/**
 * @returns for each size the milliseconds and bytes of its events, and the memory above that of the warm server without
 *   sockets, in bytes a socket
 */
export async function takeTurn({ name, server: description, databaseUrl, sizes, events }) {
  const server = await MeasuredServer.start(name, description, databaseUrl);
  const subscribers = new Subscribers();
  try {
    return await withClient(databaseUrl, async (client) => {
      const publisher = description.answersPublish ? peerPublisher(server) : databasePublisher(client);
      const tell = async (check) => {
        const event = await makeEvent(client);
        const publish = await publisher(event);
        return subscribers.receipts(publish, check ? { eventId: event.id, ownId: !description.sendsOneId } : {});
      };
      await subscribers.connect(server.port, query, WARM_UP_SOCKETS);
      await server.atRest();
      for (let count = 0; count < WARM_UP_EVENTS; count++) await tell(true);
      await subscribers.disconnect();
      await server.atRest();
      const empty = await server.usage({ collect: true });

      const measurements = [];
      for (const size of sizes) {
        await subscribers.connect(server.port, query, size);
        await server.atRest();
        for (let count = 0; count < DISCARDED; count++) await tell(true);
        const told = [];
        for (let count = 0; count < events; count++) told.push(await measureEvent(server, tell));
        const full = await server.usage({ collect: true });
        const aSocket = (before, after) => (after - before) / size;
        measurements.push({
          size,
          events: told,
          rss: aSocket(empty.rss, full.rss),
          heap: aSocket(empty.heap, full.heap),
        });
      }
      await subscribers.disconnect();
      return measurements;
    });
  } finally {
    subscribers.stop();
    await server.stop();
  }
}

async function measureEvent(server, tell) {
  const before = await server.atRest();
  const { published, first, last, bytes } = await tell(false);
  const after = await server.atRest();
  return {
    toFirst: first - published,
    toLast: last - published,
    spread: last - first,
    cpu: after.cpu - before.cpu,
    bytes,
  };
}

/** Time counts from the commit that makes the event known. */
function databasePublisher(client) {
  return async (event) => {
    const commit = await stampEvent(client, event);
    return async () => {
      const published = now();
      await commit();
      return published;
    };
  };
}

/** Time counts from the word to the server, which has the event already. */
function peerPublisher(server) {
  return async (event) => {
    await server.ask('prepare', event);
    return async () => {
      const published = now();
      await server.ask('publish');
      return published;
    };
  };
}
