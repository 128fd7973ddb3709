/** Why a database cannot be used, in one line. */
import type { DatabaseConnection } from './database.js';

/** The address of a database as it may be shown: without the password. */
export function describeConnection(connection: DatabaseConnection): string {
  if (!('url' in connection)) return `PostgreSQL in ${connection.host}`;
  try {
    const url = new URL(connection.url);
    if (url.password !== '') url.password = '***';
    // Parameters may hold secrets, too (`?password=...`), and no part of them helps to find the server.
    url.search = '';
    return url.href;
  } catch {
    return 'DATABASE_URL';
  }
}

const ADVICE: Record<string, string> = {
  ECONNREFUSED: 'nothing listens there: is PostgreSQL running, and are host and port right?',
  ENOTFOUND: 'there is no host of that name: is it spelt right?',
  EAI_AGAIN: 'the name of the host cannot be looked up: is the network up?',
  ETIMEDOUT: 'nothing answers there: is a firewall between?',
  ENOENT: 'there is no such socket: is PostgreSQL running?',
  '28P01': 'user or password is wrong.',
  '28000': 'the server does not let this user in from here.',
  '3D000': 'there is no such database: create it first.',
  '53300': 'the server has no connection left.',
};

/** A database that cannot be used. The message is one line and holds no secret. */
export class DatabaseUnavailableError extends Error {
  override name = 'DatabaseUnavailableError';

  constructor(connection: DatabaseConnection, cause: unknown) {
    const code = codeOf(cause);
    // Only what is known to hold no part of the address is repeated.
    const reason = ADVICE[code] ?? (cause as Error).message?.split('\n')[0] ?? code;
    super(`The database ${describeConnection(connection)} cannot be used: ${reason}`, { cause });
  }
}

/** A host with several addresses fails with one error for each. */
function codeOf(error: unknown): string {
  const { code, errors } = error as { code?: string; errors?: unknown[] };
  return code ?? (errors?.length ? codeOf(errors[0]) : '');
}
