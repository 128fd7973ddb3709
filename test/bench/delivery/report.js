/** The figures of delivery as Markdown, fit for a README. */
import { table } from '../lib/report.js';

const ways = { sql: 'SQL, pages of 1,000', websocket: 'WebSocket', sse: 'SSE' };

export const formats = {
  latency: (figures) => {
    const milliseconds = ({ p50, p99, longest }) =>
      `${[p50, p99, longest].map((time) => time.toFixed(1)).join(' / ')} ms`;
    const head = ['publications a second', 'to the receipt: p50 / p99 / longest', 'to the answer', 'of one processor'];
    return table([
      head,
      head.map(() => '---'),
      ...figures.map(({ rate, receipts, answers, processorShare }) => [
        rate,
        milliseconds(receipts),
        milliseconds(answers),
        `${Math.round(processorShare * 100)} %`,
      ]),
    ]);
  },

  backfill: (figures) => {
    const selections = Object.keys(figures);
    const head = ['events a second (of SQL)', ...selections];
    return table([
      head,
      head.map(() => '---'),
      ...Object.keys(ways).map((way) => [
        ways[way],
        ...selections.map((selection) => {
          const { perSecond, ofSql } = figures[selection][way];
          return `${perSecond.toLocaleString('en')} (${ofSql.toFixed(2)})`;
        }),
      ]),
    ]);
  },

  stalled: (figures) => {
    const megabytes = (bytes) => `${Math.round(bytes / 2 ** 20)} MB`;
    const kilobytes = (bytes) => `${Math.round(bytes / 1024)} KB`;
    const head = [
      'clients that do not read',
      'memory before',
      'at the highest',
      'sent until',
      'RSS a client',
      'heap a client',
    ];
    return table([
      head,
      head.map(() => '---'),
      ...Object.entries(figures).map(([channel, figure]) => [
        `${figure.clients} by ${ways[channel]}`,
        megabytes(figure.before),
        megabytes(figure.highest),
        figure.secondsUntilIdle === null ? 'the end' : `${figure.secondsUntilIdle} s`,
        kilobytes(figure.rssOfAClient),
        kilobytes(figure.heapOfAClient),
      ]),
    ]);
  },
};
