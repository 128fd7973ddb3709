/** A server in a process of its own that says what it uses. */
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { askerOf } from './questions.js';
import { ServerProcess } from './server-process.js';
import { servers } from './servers.js';

const probe = fileURLToPath(new URL('probe.js', import.meta.url));

/** A server is at rest when it used less than this much of so many windows one after the other. */
const WINDOW_MILLISECONDS = 50;
const REST_MILLISECONDS = 3;
const REST_WINDOWS = 2;
const PATIENCE_MILLISECONDS = 30_000;

/** How a server of {@link servers}' kind is started so that it can be asked. */
export function measured({ command: [node, ...args], ...server }) {
  return { ...server, command: [node, '--expose-gc', '--import', probe, ...args], answersQuestions: true };
}

export const medspil = measured({
  ...servers.medspil,
  environment: {
    ...servers.medspil.environment,
    // All clients come from one address.
    CONNECTIONS_PER_ADDRESS: '20000',
    ADMIN_API_KEY: 'the-key-of-the-bench',
  },
});

export class MeasuredServer extends ServerProcess {
  ask = askerOf(this.child);

  /** Port that it listens on. */
  get port() {
    return Number(new URL(this.origin).port);
  }

  /** @see probe.js */
  usage(options) {
    return this.ask('usage', options);
  }

  /** Waits until the server has nothing more to do, and tells what it has used until then. */
  async atRest() {
    const deadline = Date.now() + PATIENCE_MILLISECONDS;
    let before = await this.usage();
    for (let quiet = 0; quiet < REST_WINDOWS;) {
      if (Date.now() > deadline) throw new Error(`${this.name} does not come to rest.`);
      await delay(WINDOW_MILLISECONDS);
      const usage = await this.usage();
      quiet = usage.cpu - before.cpu < REST_MILLISECONDS ? quiet + 1 : 0;
      before = usage;
    }
    return before;
  }

  /** Sends a query or mutation with the admin's key. */
  async query(query, variables) {
    const response = await fetch(`${this.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${this.server.environment.ADMIN_API_KEY}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = await response.json();
    if (errors) throw new Error(`${this.name} answered: ${JSON.stringify(errors)}`);
    return data;
  }
}
