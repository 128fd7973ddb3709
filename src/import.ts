/** The command that imports a file of records: `npm run import -- FORMAT FILE`. */
import 'reflect-metadata';
import { constants } from 'node:os';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { type KnowledgeBase, openKnowledgeBase } from './knowledge-base.js';
import { type Config, readConfig } from './config.js';
import { findAnsweringOrganisation } from './import/answering-organisation.js';
import type { ImportFormat } from './import/format.js';
import { readRows } from './import/import-file.js';
import { ImportFailure } from './import/import-failure.js';
import { practices } from './import/practices.js';
import { projects } from './import/projects.js';
import { createReport, type Report } from './import/report.js';
import { IMPORTER, importRows, type RowResult } from './import/runner.js';
import { explainStartFailure } from './start-failure.js';

const FORMATS: readonly ImportFormat[] = [projects, practices];

const USAGE = `Usage: npm run import -- FORMAT FILE [--organisation NAME-OR-ISIL] [--json]

FORMAT          ${FORMATS.map(({ name }) => name).join(' or ')}
FILE            JSON in UTF-8
--organisation  who answers for the records; the platform's editors unless given
--json          one JSON object a line for each row, and at the end the summary

Rows that are there already stay as they are, those that changed at their source become revisions.
It ends with 0 when all rows are in, with 2 when some were refused, and with 1 when it could not run.
`;

/** Exit codes. */
const ALL_IN = 0;
const CANNOT_RUN = 1;
const SOME_REFUSED = 2;
/** A program that a signal ended is known by this and the signal's number. */
const BY_SIGNAL = 128;

interface Command {
  readonly format: ImportFormat;
  readonly file: string;
  readonly organisation: string | undefined;
  readonly json: boolean;
}

const stop = new AbortController();
let stoppedBy: NodeJS.Signals | undefined;
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  // Once: who signals again does not want to wait for the row that is under way.
  process.once(signal, () => {
    stoppedBy ??= signal;
    stop.abort();
  });
}

try {
  const command = readCommand(process.argv.slice(2));
  process.exitCode = command === 'help' ? ALL_IN : await run(command, readConfig());
} catch (error) {
  process.stderr.write(
    error instanceof ImportFailure ? `Medspil cannot import: ${error.message}\n` : `${explainStartFailure(error)}\n`,
  );
  process.exitCode = CANNOT_RUN;
}

function readCommand(words: string[]): Command | 'help' {
  try {
    const { values, positionals } = parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        organisation: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return 'help';
    }
    const [name, file, ...more] = positionals;
    const format = FORMATS.find((known) => known.name === name);
    if (format !== undefined && file !== undefined && more.length === 0) {
      return { format, file, organisation: values.organisation, json: values.json };
    }
    throw new Error(
      name !== undefined && format === undefined ? `there is no format "${name}".` : 'name one format and one file.',
    );
  } catch (error) {
    throw new ImportFailure(`${(error as Error).message}\n\n${USAGE}`);
  }
}

async function run({ format, file, organisation, json }: Command, config: Config): Promise<number> {
  const rows = await readRows(file, format.name);
  // Standard output is for the result; and beside the progress only what goes wrong is worth a line.
  const logger = pino({ level: config.logLevel === 'info' ? 'warn' : config.logLevel }, pino.destination(2));
  const knowledgeBase = await openKnowledgeBase(config, logger, { join: true });
  try {
    const { database, services } = knowledgeBase;
    const organisationId = await findAnsweringOrganisation(database, services, IMPORTER, organisation);
    const report = createReport({ result: process.stdout, progress: process.stderr }, rows.length, json);
    return await importInto(knowledgeBase, { format, rows, organisationId }, report);
  } finally {
    await knowledgeBase.close();
  }
}

async function importInto(
  knowledgeBase: KnowledgeBase,
  content: { format: ImportFormat; rows: readonly unknown[]; organisationId: string },
  report: Report,
): Promise<number> {
  const counts: Record<RowResult['outcome'], number> = { created: 0, updated: 0, unchanged: 0, failed: 0 };
  let warnings = 0;
  const total = content.rows.length;
  const done = () => Object.values(counts).reduce((sum, count) => sum + count);
  const started = performance.now();
  const onRow = (result: RowResult) => {
    counts[result.outcome]++;
    warnings += result.warnings;
    report.row(result);
  };
  try {
    await importRows(knowledgeBase, { ...content, onRow, signal: stop.signal });
  } catch (error) {
    report.pause();
    const reason = ((error as Error).message?.split('\n')[0] ?? String(error)).replace(/\.?$/, '.');
    throw new ImportFailure(
      `it stopped after ${done()} of ${total} rows: ${reason} What went in stays; run it again to complete it.`,
    );
  }
  const interrupted = done() < total;
  report.end({
    format: content.format.name,
    rows: total,
    ...counts,
    warnings,
    interrupted,
    seconds: (performance.now() - started) / 1000,
  });
  if (interrupted && stoppedBy !== undefined) return BY_SIGNAL + constants.signals[stoppedBy];
  return counts.failed > 0 ? SOME_REFUSED : ALL_IN;
}
