/** The environment, read once: the only place that looks at `process.env`. */
import { resolve } from 'node:path';

/** What the operator can set. Frozen; every part gets what it needs of it by its constructor. */
export interface Config {
  /** TCP port to listen on; 0 lets the system pick a free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** A PostgreSQL 15 or later; `undefined` means the embedded one in {@link Config.dataDirectory}. */
  readonly databaseUrl: string | undefined;
  /** Absolute path of the folder that holds the embedded database and the admin key file. */
  readonly dataDirectory: string;
  /** The admin key given by the operator; `undefined` means the one kept in the data folder. */
  readonly adminApiKey: string | undefined;
  /** Whether the partnership cases and illustrations are put into the knowledge base at start. */
  readonly seed: boolean;
  readonly logLevel: LogLevel;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting that cannot be used. The message names the variable and says what to write instead. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError when a variable holds a value that has no meaning.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const port = text('PORT') ?? '4000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new ConfigError(`PORT is "${port}": write a whole number from 0 to 65535 (0 picks a free port).`);
  }
  const seed = text('SEED') ?? 'true';
  if (seed !== 'true' && seed !== 'false') {
    throw new ConfigError(`SEED is "${seed}": write true or false.`);
  }
  const logLevel = text('LOG_LEVEL') ?? 'info';
  if (!isLogLevel(logLevel)) {
    throw new ConfigError(`LOG_LEVEL is "${logLevel}": write one of ${LOG_LEVELS.join(', ')}.`);
  }
  const databaseUrl = text('DATABASE_URL');
  if (databaseUrl !== undefined && !(/^postgres(ql)?:\/\//.test(databaseUrl) && URL.canParse(databaseUrl))) {
    // Not repeated, for it may hold a password.
    throw new ConfigError(
      'DATABASE_URL is no PostgreSQL URL: write postgres://user:password@host:5432/database, ' +
        'with what is special in a URL percent-encoded (# as %23).',
    );
  }
  const adminApiKey = text('ADMIN_API_KEY');
  if (adminApiKey !== undefined && !/^[\x21-\x7e]{16,512}$/.test(adminApiKey)) {
    throw new ConfigError('ADMIN_API_KEY is too weak: write 16 to 512 printable ASCII characters without spaces.');
  }
  return Object.freeze({
    port: Number(port),
    host: text('HOST') ?? '127.0.0.1',
    databaseUrl,
    dataDirectory: resolve(text('DATA_DIR') ?? '.data'),
    adminApiKey,
    seed: seed === 'true',
    logLevel,
  });
}

function isLogLevel(level: string): level is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(level);
}
