/** What happens to servers. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect, vi } from 'vitest';
import type { Fault, FaultContext } from './episode.js';
import { patience, type Server } from './site.js';

/** Waits until the server has a mutation under way. */
function midMutation({ workload }: FaultContext, { index }: Server): Promise<void> {
  return vi.waitFor(
    () => expect(workload.calls.some(({ server, outcome }) => server === index && outcome === undefined)).toBe(true),
    { ...patience, interval: 1 },
  );
}

const others = ({ site }: FaultContext, one: Server) => site.servers.filter((server) => server !== one);

const kill: Fault = {
  name: 'kill -9 of a server in mid-mutation',
  async run(context) {
    const server = context.random.pick(context.site.servers);
    await midMutation(context, server);
    await delay(context.random.between(0, 30));
    await server.stop('SIGKILL');
    const note = await context.told(others(context, server));
    await server.start();
    return note;
  },
};

const freezeServer: Fault = {
  name: 'SIGSTOP of one of two servers',
  async run(context) {
    const { random, told, scale } = context;
    const server = random.pick(context.site.servers);
    await midMutation(context, server);
    await delay(random.between(0, 30));
    server.signal('SIGSTOP');
    try {
      const note = await told(others(context, server));
      await delay(10_000 * scale);
      return note;
    } finally {
      server.signal('SIGCONT');
    }
  },
};

const rollingRestart: Fault = {
  name: 'restart of one server after the other',
  async run(context) {
    for (const server of context.site.servers) {
      await server.stop('SIGTERM');
      await context.progress(2, others(context, server));
      await server.start();
    }
  },
};

export const serverFaults: readonly Fault[] = [kill, freezeServer, rollingRestart];
