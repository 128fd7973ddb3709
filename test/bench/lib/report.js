/** From measurements to figures: the median of the rounds, and what it is of the bare server's. */
import { operations } from './operations.js';
import { servers } from './servers.js';

/** Latencies in milliseconds, memory in MB; `ofBare` is null when the bare server did not run. */
export function summarise(measurements, memory) {
  const queries = {};
  for (const { query, server } of measurements) {
    const runs = measurements.filter((one) => one.query === query && one.server === server);
    (queries[query] ??= {})[server] = {
      requestsPerSecond: round(median(runs.map((run) => run.requestsPerSecond))),
      p50: median(runs.map((run) => run.p50)),
      p99: median(runs.map((run) => run.p99)),
      runs: runs.map((run) => round(run.requestsPerSecond)),
    };
  }
  for (const ofQuery of Object.values(queries)) {
    for (const figures of Object.values(ofQuery)) {
      figures.ofBare = ofQuery.bare ? round(figures.requestsPerSecond / ofQuery.bare.requestsPerSecond, 2) : null;
    }
  }
  return { queries, memory };
}

/** Markdown, fit for a README. */
export function formatReport(setting, { queries, memory }) {
  const names = Object.keys(queries);
  const head = ['', ...names, 'memory'];
  const lines = Object.keys(memory).map((server) => [
    servers[server].label,
    ...names.map((name) => {
      const { requestsPerSecond, ofBare, p50, p99 } = queries[name][server];
      const share = ofBare === null ? '' : ` (${ofBare.toFixed(2)})`;
      return `${requestsPerSecond.toLocaleString('en')}${share}, ${p50}/${p99} ms`;
    }),
    `${memory[server]} MB`,
  ]);
  return [
    `Requests a second (share of bare), p50/p99; median of ${setting.rounds} rounds of ${setting.seconds} s,`,
    `${setting.connections} connections; Node ${setting.node}, ${setting.processors}.`,
    ...names.map((name) => `${name}: ${operations[name].about}.`),
    '',
    ...table([head, head.map(() => '---'), ...lines]),
  ].join('\n');
}

/** Rows of a Markdown table. */
export function table(rows) {
  return rows.map((cells) => `| ${cells.join(' | ')} |`);
}

export function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

export function round(value, places = value < 100 ? 1 : 0) {
  return Number(value.toFixed(places));
}
