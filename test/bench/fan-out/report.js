/** From events to figures: medians, and what they are of the bare broadcast's. */
import { median, round, table } from '../lib/report.js';
import { fanOutServers } from './servers.js';

const TIMES = ['toFirst', 'toLast', 'spread', 'cpu'];
/** Those that tell what the telling itself costs. */
const COMPARED = ['toLast', 'spread', 'cpu'];

/**
 * Times in milliseconds, memory in KB a socket. A figure is the median of the rounds, a round's that of its events;
 * `ofBare` is null when the bare broadcast did not run.
 */
export function summarise(turns, names, sizes) {
  const bySize = {};
  for (const size of sizes) {
    const figures = {};
    for (const name of names) {
      const rounds = turns
        .filter((turn) => turn.name === name)
        .map(({ measurements }) => measurements.find((measurement) => measurement.size === size));
      figures[name] = { bytes: rounds[0].events[0].bytes, rounds: {} };
      for (const time of TIMES) {
        const medians = rounds.map(({ events }) => round(median(events.map((event) => event[time])), 1));
        figures[name][time] = median(medians);
        figures[name].rounds[time] = medians;
      }
      for (const memory of ['heap', 'rss']) {
        figures[name][memory] = round(median(rounds.map((measurement) => measurement[memory])) / 1024, 1);
      }
    }
    for (const figure of Object.values(figures)) {
      const share = (time) => (figures.bare ? round(figure[time] / figures.bare[time], 2) : null);
      figure.ofBare = Object.fromEntries(COMPARED.map((time) => [time, share(time)]));
    }
    bySize[size] = figures;
  }
  return { sizes: bySize };
}

/** Markdown, fit for a README. */
export function formatReport(setting, { sizes }) {
  const head = ['sockets', 'server', 'to the last', 'first to last', 'processor time', 'heap a socket', 'RSS a socket'];
  const lines = Object.entries(sizes).flatMap(([size, figures]) =>
    Object.entries(figures).map(([name, figure]) => {
      const time = (key) => {
        const share = figure.ofBare[key] === null ? '' : ` (${figure.ofBare[key].toFixed(2)})`;
        return `${figure[key].toFixed(1)} ms${share}`;
      };
      return [
        Number(size).toLocaleString('en'),
        fanOutServers[name].label,
        time('toLast'),
        time('spread'),
        time('cpu'),
        `${figure.heap} KB`,
        `${figure.rss} KB`,
      ];
    }),
  );
  const bytes = Object.entries(Object.values(sizes)[0]).map(([name, figure]) => `${name} ${figure.bytes}`);
  return [
    `Milliseconds of one event (of the bare broadcast's); median of ${setting.rounds} rounds of ${setting.events} events;`,
    `Node ${setting.node}, ${setting.processors}. Bytes of a message: ${bytes.join(', ')}.`,
    '',
    ...table([head, head.map(() => '---'), ...lines]),
  ].join('\n');
}
