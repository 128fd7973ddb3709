/** Loaded into a server before its own code: says what the process has used. */
import { setImmediate as turn } from 'node:timers/promises';
import { answerQuestions } from './questions.js';

answerQuestions({
  /** Processor time in milliseconds, memory in bytes; with `collect`, after what is garbage was collected. */
  usage: async ({ collect = false }) => {
    // What one collection finalises, the next one frees.
    for (let count = 0; collect && count < 3; count++) {
      globalThis.gc();
      await turn();
    }
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, external } = process.memoryUsage();
    return { cpu: (user + system) / 1000, rss, heap: heapUsed + external };
  },
});
// The server ends as it would without anybody asking.
process.channel.unref();
