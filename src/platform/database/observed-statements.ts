import type pg from 'pg';
import type { StatementObserver } from './cancellable-reads.js';

/** Runs a statement, and has it told of. */
export async function observed<Result>(
  observer: StatementObserver | undefined,
  kind: 'read' | 'transaction',
  text: string,
  run: () => Promise<Result>,
): Promise<Result> {
  const end = observer?.(text, kind);
  try {
    const result = await run();
    end?.();
    return result;
  } catch (error) {
    end?.(error);
    throw error;
  }
}

/**
 * Has those statements of a connection told of that belong to transactions, entities' among them. Only these are run by
 * promises: single reads, which are told of where they are asked for, come with a callback.
 */
export function observeTransactions(client: pg.PoolClient, observer: () => StatementObserver | undefined): void {
  const query = client.query.bind(client) as (...given: unknown[]) => unknown;
  const observe = (...given: unknown[]): unknown => {
    const [statement] = given;
    const text = typeof statement === 'string' ? statement : (statement as Partial<pg.QueryConfig> | null)?.text;
    if (text === undefined || typeof given.at(-1) === 'function') return query(...given);
    return observed(observer(), 'transaction', text, () => query(...given) as Promise<unknown>);
  };
  client.query = observe as pg.PoolClient['query'];
}
