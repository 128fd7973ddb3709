import { median, round, table } from '../lib/report.js';
import { sources } from './sources.js';

/** Medians of the rounds; `ofCopy` and `ofPages` are null when there was none in the run. */
export function summarise(measurements) {
  const names = [...new Set(measurements.map(({ name }) => name))];
  const figures = Object.fromEntries(
    names.map((name) => {
      const runs = measurements.filter((run) => run.name === name);
      return [
        name,
        {
          recordsPerSecond: round(median(runs.map(({ records, seconds }) => records / seconds))),
          kilobytes: round(runs[0].bytes / runs[0].records / 1024, 2),
          peakMemory: runs[0].memory ? Math.round(Math.max(...runs.map(({ memory }) => memory.peak))) : null,
          memoryBefore: runs[0].memory ? Math.round(median(runs.map(({ memory }) => memory.before))) : null,
        },
      ];
    }),
  );
  for (const figure of Object.values(figures)) {
    figure.ofCopy = figures.copy ? round(figure.recordsPerSecond / figures.copy.recordsPerSecond, 2) : null;
    figure.ofPages = figures.graphql ? round(figure.recordsPerSecond / figures.graphql.recordsPerSecond, 1) : null;
  }
  return { figures };
}

/** Markdown, fit for a README. */
export function formatReport(setting, { figures }) {
  const head = ['', 'records/s', 'of `COPY`', 'of GraphQL', 'KB a record', 'memory before, peak'];
  const share = (value) => (value === null ? '' : String(value));
  const lines = Object.entries(figures).map(([name, figure]) => [
    sources[name].label,
    figure.recordsPerSecond.toLocaleString('en'),
    share(figure.ofCopy),
    share(figure.ofPages),
    figure.kilobytes.toFixed(2),
    figure.peakMemory === null ? '' : `${figure.memoryBefore}, ${figure.peakMemory} MB`,
  ]);
  return [
    `${setting.records.toLocaleString('en')} records; median of ${setting.rounds} rounds, the highest peak; Node ${setting.node}, ${setting.processors}.`,
    '',
    ...table([head, head.map(() => '---'), ...lines]),
  ].join('\n');
}
