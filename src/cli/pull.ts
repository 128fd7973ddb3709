/** `medspil pull`: the shared knowledge, or what changed of it, as a file. Needs nothing but the address of a server. */
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { download } from '../pull/download.js';
import { createProgress, type Progress } from '../pull/progress.js';
import { PullError } from '../pull/pull-error.js';
import { FileSink, StreamSink } from '../pull/sink.js';
import { snapshotFile } from '../pull/snapshot-file.js';
import { parseUrl } from '../common/url.js';

const FORMATS: Readonly<Record<string, string>> = {
  ndjson: 'records.ndjson',
  jsonld: 'records.jsonld',
  ttl: 'records.ttl',
  graphml: 'graph.graphml',
  tables: 'tables.zip',
};

const USAGE = `Usage: medspil pull [OPTIONS]

--url URL            the server; http://localhost:4000 unless given
--format FORMAT      ${Object.keys(FORMATS).join(', ')}; ndjson unless given
--out FILE           where to; a name by the format unless given, - for standard output
--filter NAME=VALUE  a part of it: kinds, records, organisations, municipalities, recommendations or themes, values with
                     commas between; may be given several times
--since CURSOR       only what changed since, with what was retracted; "last" goes on from the pull before in that folder
--snapshot DATE      a dated snapshot instead of how it is now; "latest" for the newest
--json               one JSON object a line on what is going on

What is cut off is gone on with, in this run or the next one. The cursor of what was pulled is kept beside it, in a file that
ends in .cursor. It ends with 0 when all is there, with 1 when not, and with 2 when it was not understood.
`;

interface Options {
  readonly base: string;
  readonly name: string;
  readonly out: string;
  readonly parameters: readonly (readonly [string, string])[];
  readonly since: string | undefined;
  readonly snapshot: string | undefined;
  readonly json: boolean;
}

/** @returns the exit code */
export async function runPull(words: readonly string[]): Promise<number> {
  let options: Options | 'help';
  try {
    options = readOptions(words);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}`);
    return 2;
  }
  if (options === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  const stop = new AbortController();
  let stoppedBy: NodeJS.Signals | undefined;
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      stoppedBy = signal;
      stop.abort();
    });
  }
  const toStream = options.out === '-';
  const progress = createProgress(
    { result: toStream ? process.stderr : process.stdout, progress: process.stderr },
    options.json,
  );
  try {
    await pull(options, progress, stop.signal);
    return 0;
  } catch (error) {
    progress.stop();
    if (stoppedBy !== undefined) {
      process.stderr.write(toStream ? 'Stopped.\n' : 'Stopped: the same command goes on with it.\n');
      return stoppedBy === 'SIGINT' ? 130 : 143;
    }
    process.stderr.write(`${error instanceof PullError ? error.message : String(error)}\n`);
    return 1;
  }
}

async function pull(options: Options, progress: Progress, signal: AbortSignal): Promise<void> {
  const started = performance.now();
  const cursorFile = path.join(options.out === '-' ? '.' : path.dirname(options.out), `${options.name}.cursor`);
  const since = options.since === 'last' ? await readCursor(cursorFile) : options.since;
  const { url, sha256 } =
    options.snapshot === undefined
      ? { url: exportUrl(options, since), sha256: undefined }
      : await snapshotFile({ ...options, date: options.snapshot, progress, signal });
  const sink = options.out === '-' ? new StreamSink(process.stdout) : new FileSink(options.out);
  const done = await download({ url, sink, progress, signal, sha256 });
  // Of a part no later pull could go on: what is not in it would be missed.
  if (done.cursor !== null && options.parameters.length === 0 && options.out !== '-') {
    await writeFile(cursorFile, `${done.cursor}\n`);
  }
  const seconds = (performance.now() - started) / 1000;
  progress.end({ file: options.out === '-' ? null : options.out, ...done, seconds });
}

function exportUrl({ base, name, parameters }: Options, since: string | undefined): string {
  const query = new URLSearchParams([...parameters.map(([key, value]) => [key, value] as [string, string])]);
  if (since !== undefined) query.set('since', since);
  return `${base}/export/${name}${query.size === 0 ? '' : `?${query.toString()}`}`;
}

async function readCursor(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  if (text.trim() === '')
    throw new PullError(`There is no ${file} from a pull before: pull everything first, or name a cursor.`);
  return text.trim();
}

function readOptions(words: readonly string[]): Options | 'help' {
  const { values } = parseArgs({
    args: [...words],
    options: {
      url: { type: 'string', default: 'http://localhost:4000' },
      format: { type: 'string', default: 'ndjson' },
      out: { type: 'string' },
      filter: { type: 'string', multiple: true, default: [] },
      since: { type: 'string' },
      snapshot: { type: 'string' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const { url, format, since, snapshot } = values;
  if (!/^https?:/.test(url) || parseUrl(url) === null) throw new Error(`"${url}" is no address: write https://...`);
  const name = Object.hasOwn(FORMATS, format) ? FORMATS[format]! : undefined;
  if (name === undefined)
    throw new Error(`There is no format "${format}". There are: ${Object.keys(FORMATS).join(', ')}.`);
  const parameters = values.filter.map((filter) => {
    const [, key, value] = /^([^=]+)=(.+)$/s.exec(filter) ?? [];
    if (key === undefined || value === undefined) throw new Error(`"${filter}" is no filter: write NAME=VALUE.`);
    return [key, value] as const;
  });
  if (snapshot !== undefined && (since !== undefined || parameters.length > 0)) {
    throw new Error('A snapshot is pulled as a whole: leave --since and --filter out.');
  }
  const out = values.out ?? (since === undefined ? name : name.replace('.', '.changes.'));
  return { base: url.replace(/\/+$/, ''), name, out, parameters, since, snapshot, json: values.json };
}
