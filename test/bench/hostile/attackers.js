/** Runs the attacks side by side until it is told to stop, then says what became of them. */
import { attacks } from './attacks.js';

const [, , origin, only] = process.argv;
const counts = {};
let stopped = false;

process.on('uncaughtException', (error) => {
  counts[error.code ?? error.message] = (counts[error.code ?? error.message] ?? 0) + 1;
});
process.once('message', () => {
  stopped = true;
  process.send(counts);
});

for (const name of only.split(',')) {
  counts[name] = {};
  const count = (outcome) => (counts[name][outcome] = (counts[name][outcome] ?? 0) + 1);
  attacks[name]({ origin, count, isStopped: () => stopped });
}
process.send('begun');
