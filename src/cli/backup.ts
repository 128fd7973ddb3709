/** `medspil backup FILE` and `medspil restore FILE`. */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import pino from 'pino';
import { type BackupDescription, BackupError } from '../backup/backup-file.js';
import { backUp, restore } from '../backup/commands.js';
import { type Config, readConfig } from '../config.js';
import { explainStartFailure } from '../start-failure.js';
import { VERSION } from '../version.js';

const USAGE = `Usage: medspil backup FILE
       medspil restore FILE

The database is the one that DATABASE_URL or DATA_DIR names. A backup holds everything in it, also what is not published,
people's addresses and the secrets of webhooks: keep it as you keep the database. It may be written while servers run. It is
restored into an empty database on which no server runs. Not in it: the admin key, which lies in DATA_DIR.
`;

type Work = (config: Config, file: string) => Promise<BackupDescription>;

/** Standard output is for the result; beside it only what goes wrong is worth a line. */
const logger = () => pino({ level: 'warn' }, pino.destination(2));

/** @returns the exit code: 0 when it is done, 1 when not, 2 for words that mean nothing */
export const runBackup = (words: readonly string[]): Promise<number> =>
  run(
    words,
    (config, file) => backUp(config, logger(), file, VERSION),
    (rows, file) => `${rows} rows are in ${file}.`,
  );

/** @returns as {@link runBackup} */
export const runRestore = (words: readonly string[]): Promise<number> =>
  run(
    words,
    (config, file) => restore(config, logger(), file),
    (rows, file) => `${rows} rows of ${file} are in the database. Cursors from before are not taken any more.`,
  );

async function run(
  words: readonly string[],
  work: Work,
  tell: (rows: number, file: string) => string,
): Promise<number> {
  const file = readFile(words);
  if (file === 'help') {
    process.stdout.write(USAGE);
    return 0;
  }
  if (file === undefined) {
    process.stderr.write(USAGE);
    return 2;
  }
  try {
    const { tables } = await work(readConfig(), file);
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    process.stdout.write(`${tell(rows, file)}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof BackupError ? error.message : explainStartFailure(error)}\n`);
    return 1;
  }
}

function readFile(words: readonly string[]): string | undefined {
  try {
    const { values, positionals } = parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.help) return 'help';
    return positionals.length === 1 ? positionals[0] : undefined;
  } catch {
    return undefined;
  }
}
