/** Ending what PostgreSQL is working on. */
import type { EventEmitter } from 'node:events';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type pg from 'pg';
import { requestError } from '../../common/errors.js';

/** What one cancel request may take; PostgreSQL answers in a few milliseconds. */
const REQUEST_PATIENCE_MILLISECONDS = 5_000;
/** A request that arrives before its statement does is lost, and so is repeated until the statement has ended. */
const REPEAT_AFTER_MILLISECONDS = 250;
const REQUESTS = 20;

/**
 * Runs the work of a transaction. When it takes longer it is cancelled, whatever statement it is at.
 *
 * @throws QUERY_TOO_EXPENSIVE when it took longer, upon which the transaction is to be rolled back
 */
export async function runWithin<Result>(
  milliseconds: number,
  client: pg.PoolClient,
  canceller: () => pg.Client,
  work: () => Promise<Result>,
): Promise<Result> {
  let tellEnd!: () => void;
  const end = new Promise<void>((resolve) => (tellEnd = resolve));
  let cancelling: Promise<void> | undefined;
  const timer = setTimeout(() => {
    cancelling = cancelUntil(end, canceller, client).then((usable) => {
      if (!usable) void client.end();
    });
  }, milliseconds);
  try {
    const result = await work();
    if (cancelling !== undefined) throw new Error('The time is over.');
    return result;
  } catch (error) {
    if (cancelling === undefined) throw error;
    throw requestError(
      'QUERY_TOO_EXPENSIVE',
      'This took longer than a change may take, and was undone. Try it again, or with less at once.',
    );
  } finally {
    clearTimeout(timer);
    tellEnd();
    await cancelling;
  }
}

/**
 * Cancels what a connection runs, and what it goes on to run, until `end` resolves. When this resolves to true, no request
 * is under way any more that could meet a later statement.
 *
 * @param client makes the connections that the requests go by
 * @returns false when PostgreSQL could not be reached or did not obey: the connection must not be used again
 */
export async function cancelUntil(
  end: Promise<void>,
  client: () => pg.Client,
  target: pg.ClientBase,
): Promise<boolean> {
  const ended = end.then(() => true);
  for (let request = 1; request <= REQUESTS; request += 1) {
    if (!(await requestCancel(client(), target))) return false;
    const waiting = new AbortController();
    const patience = delay(REPEAT_AFTER_MILLISECONDS, false, { signal: waiting.signal }).catch(() => false);
    const isOver = await Promise.race([ended, patience]);
    waiting.abort();
    if (isOver) return true;
  }
  return false;
}

/** What a cancel request takes, and `pg` does not declare. */
interface Target {
  readonly processID: number;
  readonly secretKey: number;
}
interface Canceller {
  readonly host: string;
  readonly port: number;
  readonly ssl: unknown;
  readonly sslNegotiation: string;
  readonly connection: EventEmitter & {
    readonly stream: Duplex;
    connect(port: number | string, host?: string): void;
    requestSsl(): void;
    cancel(processId: number, secretKey: number): void;
  };
}

/**
 * Sends one cancel request by a connection of its own, as the protocol has it. (`pg.Client.cancel` does too, but sends
 * the key in the clear where TLS is asked for.) PostgreSQL closes that connection once it has sent its signal.
 *
 * @returns whether PostgreSQL has dealt with it
 */
function requestCancel(client: pg.Client, target: pg.ClientBase): Promise<boolean> {
  const { connection, host, port, ssl, sslNegotiation } = client as unknown as Canceller;
  const { processID, secretKey } = target as unknown as Target;
  return new Promise((resolve) => {
    let sent = false;
    const finish = (done: boolean) => {
      clearTimeout(patience);
      connection.stream.destroy();
      resolve(done);
    };
    const send = () => {
      connection.cancel(processID, secretKey);
      sent = true;
    };
    const patience = setTimeout(finish, REQUEST_PATIENCE_MILLISECONDS, false);
    connection.on('error', () => finish(false));
    connection.once('end', () => finish(sent));
    connection.once('sslconnect', send);
    connection.once('connect', () => {
      if (!ssl) send();
      else if (sslNegotiation !== 'direct') connection.requestSsl();
    });
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
