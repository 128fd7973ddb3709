/** What clients cost that ask for the whole log and then do not read it. */
import { setTimeout as delay } from 'node:timers/promises';
import { subscriptionTo } from './backfill.js';

const CLIENTS = 100;
const CHANNELS = ['websocket', 'sse'];

/** Some 5 KB an event: what the operating system buffers of a connection is full soon. */
const fields = ['id', 'record { title }', ...Array.from({ length: 100 }, (_, i) => `copy${i}: recordId`)].join(' ');

/** It takes longer until they are cut off. */
const AT_MOST_SECONDS = 25;
const SAMPLES_A_SECOND = 4;
/** The server has stopped sending when it uses less of a processor than this for so many samples. */
const IDLE_SHARE = 0.1;
const IDLE_SAMPLES = 8;

/** @returns for each channel the server's memory in bytes: before, at the highest, and what it keeps of a client */
export async function measureStalled({ server, reader, start, log }) {
  const figures = {};
  for (const channel of CHANNELS) {
    log(`${CLIENTS} clients that stop reading: ${channel}`);
    await server.atRest();
    const before = await server.usage({ collect: true });
    const target = { port: server.port, query: subscriptionTo(fields), variables: { after: start } };
    const stalling = reader.ask('stall', { channel, count: CLIENTS, ...target });
    const { highest, secondsUntilIdle } = await watch(server);
    await stalling;
    const stayed = await server.usage({ collect: true });
    figures[channel] = {
      clients: CLIENTS,
      before: before.rss,
      highest,
      secondsUntilIdle,
      rssOfAClient: (stayed.rss - before.rss) / CLIENTS,
      heapOfAClient: (stayed.heap - before.heap) / CLIENTS,
    };
    await reader.ask('leave');
  }
  return figures;
}

/** Memory until the server sends no more; `secondsUntilIdle` is null when it went on to the end. */
async function watch(server) {
  let highest = 0;
  let idle = 0;
  let { cpu } = await server.usage();
  for (let sample = 1; sample <= AT_MOST_SECONDS * SAMPLES_A_SECOND; sample++) {
    await delay(1000 / SAMPLES_A_SECOND);
    const usage = await server.usage();
    highest = Math.max(highest, usage.rss);
    idle = usage.cpu - cpu < (IDLE_SHARE * 1000) / SAMPLES_A_SECOND ? idle + 1 : 0;
    cpu = usage.cpu;
    if (idle === IDLE_SAMPLES) return { highest, secondsUntilIdle: (sample - idle) / SAMPLES_A_SECOND };
  }
  return { highest, secondsUntilIdle: null };
}
