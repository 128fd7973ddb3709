/** What happens to clients and on their way to the servers. */
import { setTimeout as delay } from 'node:timers/promises';
import { tellMuch } from './bulk.js';
import { Crowd } from './crowd.js';
import type { Fault } from './episode.js';
import { NeverReading } from './never-reading.js';

const cutClients: Fault = {
  name: 'clients cut and truncated',
  async run({ site, random, progress }) {
    for (let round = 0; round < 5; round++) {
      const { front } = random.pick(site.servers);
      if (random.happens(0.5)) front.cut(() => random.happens(0.7));
      else front.truncate(random.between(1, 3_000));
      await delay(random.between(50, 300));
      front.heal();
      await progress(1);
    }
  },
};

const halfOpenClients: Fault = {
  name: 'half-open clients',
  async run({ site, random, told, scale }) {
    const server = random.pick(site.servers);
    server.front.freeze(random.pick([['toClient'], ['toServer'], ['toServer', 'toClient']] as const));
    const note = await told(site.servers.filter((other) => other !== server));
    await delay(random.between(3_000, 20_000) * scale);
    if (random.happens(0.5)) server.front.cut();
    return note;
  },
};

const farClients: Fault = {
  name: 'clients far away',
  async run({ site, random, scale }) {
    for (const { front } of site.servers) front.delayMilliseconds = random.between(5, 300);
    await delay(5_000 * scale);
  },
};

const slowClients: Fault = {
  name: 'clients that read slowly, or not at all for a while',
  workload: { writers: 2, subscribers: 2 },
  async run({ site, workload, random, scale }) {
    const slow = random.sample(workload.subscribers, workload.subscribers.length / 2);
    for (const subscriber of slow) subscriber.pause();
    try {
      await tellMuch(site, random.pick(site.servers).url);
      const until = Date.now() + 10_000 * scale;
      while (Date.now() < until) {
        await delay(random.between(50, 500));
        for (const subscriber of slow) {
          if (random.happens(0.5)) subscriber.pause();
          else subscriber.resume();
        }
      }
    } finally {
      for (const subscriber of slow) subscriber.resume();
    }
  },
};

const leavingClients: Fault = {
  name: 'clients that leave without a word and come again',
  async run({ workload, random, scale }) {
    const until = Date.now() + 5_000 * scale;
    while (Date.now() < until) {
      for (const subscriber of workload.subscribers) if (random.happens(0.3)) subscriber.drop();
      await delay(random.between(50, 300));
    }
  },
};

const SOCKETS = 20;
const neverReading: Fault = {
  name: `${SOCKETS} sockets that never read`,
  workload: { textLength: 30_000 },
  async run({ site, told, random, scale }) {
    const server = random.pick(site.servers);
    const before = await server.footprint();
    const sockets = await Promise.all(
      Array.from({ length: SOCKETS }, () => NeverReading.open(server.directUrl!, site)),
    );
    await delay(5_000 * scale);
    const note = await told();
    const { heap } = await server.footprint();
    for (const socket of sockets) socket.close();
    const megabytes = Math.round((heap - before.heap) / 2 ** 20);
    return [`${megabytes} MB of heap for them`, note].join(', ');
  },
};

const MEMBERS = 2_000;
/** All of one server's, whose server is killed: so all come to the other at once, each with its own cursor. */
const stampede: Fault = {
  name: `${MEMBERS} sockets that reconnect at once`,
  workload: { writers: 1, subscribers: 1 },
  async run({ site, workload, told, random }) {
    const [from, to] = random.sample(site.servers, 2);
    const crowd = new Crowd(MEMBERS, await site.end(), () => from!.directUrl ?? to!.directUrl);
    for (const recorder of crowd.recorders) workload.record(recorder);
    try {
      await crowd.connected();
      await told();
      await from!.stop('SIGKILL');
      const milliseconds = await crowd.connected();
      const note = await told([to!]);
      await crowd.caughtUp();
      await from!.start();
      return [`back within ${Math.round(milliseconds)} ms`, note].join(', ');
    } finally {
      workload.onClose(() => crowd.close());
    }
  },
};

const badEndpoints: Fault = {
  name: 'webhook endpoints that fail, hang and answer garbage',
  workload: { webhooks: true },
  async run({ workload, told, random, scale }) {
    const bad = workload.webhooks.map((webhook) => webhook.misbehave(random, 30_000 * scale));
    const note = await told();
    await Promise.all(bad);
    return note;
  },
};

export const clientFaults: readonly Fault[] = [
  cutClients,
  halfOpenClients,
  farClients,
  slowClients,
  leavingClients,
  neverReading,
  stampede,
  badEndpoints,
];
