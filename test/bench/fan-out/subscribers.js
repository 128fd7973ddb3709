/** The subscribers of one server, in two processes. */
import { fileURLToPath } from 'node:url';
import { startAnswering } from '../lib/questions.js';

const file = fileURLToPath(new URL('subscriber-process.js', import.meta.url));
const PROCESSES = 2;

export class Subscribers {
  processes = Array.from({ length: PROCESSES }, () => startAnswering(file));

  /** Opens more sockets until there are `count`, which asks for `query` each. */
  connect(port, query, count) {
    return this.askAll('connect', { port, query, count: count / PROCESSES });
  }

  /**
   * Has `publish` tell one event, and waits until each socket has it.
   *
   * @param check when given, has each message read: `eventId` that it must have, and whether it has the socket's `ownId`
   * @returns the times of the first and the last receipt, and the bytes of a message
   * @throws Error when a socket does not get it, or gets it twice
   */
  async receipts(publish, check = {}) {
    await this.askAll('expect', check);
    const answers = this.askAll('receipts');
    const [published, receipts] = await Promise.all([publish(), answers]);
    return {
      published,
      first: Math.min(...receipts.map(({ first }) => first)),
      last: Math.max(...receipts.map(({ last }) => last)),
      bytes: receipts[0].bytes,
    };
  }

  disconnect() {
    return this.askAll('disconnect');
  }

  stop() {
    for (const process of this.processes) process.stop();
  }

  askAll(question, about) {
    return Promise.all(this.processes.map((process) => process.ask(question, about)));
  }
}
