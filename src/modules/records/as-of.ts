/** Reading the published knowledge as it was at a time, so that what was made of it can be made again. */
import sql from 'sql-template-tag';
import { Arg } from 'type-graphql';
import type { CostArguments } from '../../common/cost.js';
import { requestError } from '../../common/errors.js';
import { DateTime } from '../../common/scalars.js';
import { type Context, createContext, defineLoader } from '../../platform/auth/context.js';
import { ANONYMOUS } from '../../platform/auth/viewer.js';
import { ReadsAsOf } from './tables-as-of.js';

/** The argument of fields that can be read as of a time; null or left out for now. */
export function AsOf(): ParameterDecorator {
  return Arg('asOf', () => DateTime, {
    nullable: true,
    description:
      'Reads the published knowledge as everybody had it at this time, the same for every viewer and each time it is asked: of each record the version that was public, with all that belongs to it and all records around it. Records that were retracted since are gone for then, too, and so are links that were taken away since; organisations, themes and the framework have no history and are as they are today. The time must lie in the past, a second or more before now and before everything that is still being written.',
  }) as ParameterDecorator;
}

/**
 * A page takes twice the time; a condition on the content, or a count, looks at every version that was public: at 70,000
 * records 0.1 to 0.4 s, where the tables take 2 to 15 ms.
 */
const LIST_COST = 100;
const LOOK_UP_COST = 10;

/** What a list or figures cost more with {@link AsOf}. */
export function costAsOf({ asOf }: CostArguments): number {
  return asOf == null ? 0 : LIST_COST;
}

/** What a look-up costs more with {@link AsOf}. */
export function lookUpCostAsOf({ asOf }: CostArguments): number {
  return asOf == null ? 0 : LOOK_UP_COST;
}

/**
 * Reads as of a time, or now without one.
 *
 * @throws BAD_USER_INPUT while what was published by then is not settled, the future included; it says until when it is
 */
export function readAsOf<Result>(
  context: Context,
  asOf: Date | null | undefined,
  read: (scope: Context) => Promise<Result>,
): Promise<Result> {
  return asOf == null ? read(context) : contextAsOf(context, asOf).then(read);
}

const contexts = new WeakMap<Context, Map<number, Context>>();

async function contextAsOf(context: Context, asOf: Date): Promise<Context> {
  const settled = await context.loader(settledUntil).load('now');
  if (asOf.getTime() >= settled.getTime()) {
    const latest = new Date(settled.getTime() - 1).toISOString();
    throw requestError(
      'BAD_USER_INPUT',
      `\`asOf\` must lie in the past, before everything that is still being written: ask for ${latest} or earlier, or for this time a little later.`,
      { latest },
    );
  }
  // PostgreSQL does not know all the years that JavaScript does, and nothing is as old as these.
  const time = Math.max(0, asOf.getTime());
  let known = contexts.get(context);
  if (known === undefined) contexts.set(context, (known = new Map()));
  let scope = known.get(time);
  if (scope === undefined) {
    // What was public then is the same for all, also for those who may see drafts today.
    const reads: ReadsAsOf = new ReadsAsOf(context.database, new Date(time), () => made);
    const made = createContext(reads, ANONYMOUS, context.cancellation);
    known.set(time, (scope = made));
  }
  return scope;
}

/**
 * The time before which nothing more can come: a version is dated by the start of its transaction, and seen at the end.
 * A second less, for a transaction tells its start a moment after it has taken the time; and one that is open for longer
 * than any writer may be (see OPERATION_SECONDS) only reads, as an export does. Of sessions of another role PostgreSQL
 * tells no times, and none of those writes.
 */
const settledUntil = defineLoader<'now', Date>(async ({ database }) => {
  const row = await database.row<{ until: Date }>(
    sql`SELECT least(now(), min(xact_start)) - interval '1 second' AS until FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND xact_start > now() - interval '10 minutes'`,
  );
  return [row!.until];
});
