// Loaded into a server by `--import`: on SIGUSR2 it says how much it holds, after collecting what is garbage.
import 'reflect-metadata';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { Tail } from '../../../dist/src/platform/log/tail.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc');
const tails = new Set();

const { start } = Tail.prototype;
Tail.prototype.start = function () {
  tails.add(this);
  return start.call(this);
};

process.on('SIGUSR2', () => {
  collectGarbage();
  const waiting = [...tails].reduce((sum, tail) => sum + tail.waiting, 0);
  process.stdout.write(`FOOTPRINT ${JSON.stringify({ heap: process.memoryUsage().heapUsed, waiting })}\n`);
});
