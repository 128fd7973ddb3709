/** What every resolver is given, and the batched reads that hang on it. */
import DataLoader from 'dataloader';
import type { Cancellation } from '../../common/cancellation.js';
import type { Reads } from '../database/cancellable-reads.js';
import type { Viewer } from './viewer.js';

/** What a read has at hand. */
export interface ReadScope {
  /** Ends its reads with the operation that they are for. */
  readonly database: Reads;
  readonly viewer: Viewer;
}

/**
 * A batched read: the keys that one level of an operation asks for, answered by one statement, in the keys' order.
 * Declared once per module and named by its constant; each context makes its own DataLoader of it.
 */
export interface Loader<Key, Value> {
  readonly batch: (scope: ReadScope, keys: readonly Key[]) => Promise<ArrayLike<Value | Error>>;
  readonly cacheKey: (key: Key) => unknown;
}

/** Declares a loader whose keys are strings or numbers. */
export function defineLoader<Key extends string | number, Value>(
  batch: (scope: ReadScope, keys: readonly Key[]) => Promise<ArrayLike<Value | Error>>,
): Loader<Key, Value> {
  return { batch, cacheKey: (key) => key };
}

/** A parent and the arguments of one of its fields. */
export interface FieldKey<Arguments> {
  readonly parent: string;
  readonly arguments: Arguments;
  /**
   * The place in the document where the field stands (`info.fieldNodes[0]`). Within an operation it has the same arguments
   * for every parent, and so tells them apart without a look at them; left out, they are compared by their JSON.
   */
  readonly field?: object;
}

/**
 * Declares a loader for a field with arguments. Siblings in a query share their arguments, so each distinct set of them
 * makes one statement for all its parents.
 */
export function defineFieldLoader<Arguments extends object, Value>(
  batch: (scope: ReadScope, parents: readonly string[], fieldArguments: Arguments) => Promise<ArrayLike<Value | Error>>,
): Loader<FieldKey<Arguments>, Value> {
  const groupOf = (key: FieldKey<Arguments>) =>
    key.field === undefined ? JSON.stringify(key.arguments) : numberOf(key.field);
  return {
    cacheKey: (key) => `${key.parent} ${groupOf(key)}`,
    batch: async (scope, keys) => {
      const groups = new Map<string | number, number[]>();
      keys.forEach((key, index) => {
        const group = groupOf(key);
        const indexes = groups.get(group);
        if (indexes === undefined) groups.set(group, [index]);
        else indexes.push(index);
      });
      const values: (Value | Error)[] = new Array(keys.length);
      await Promise.all(
        [...groups.values()].map(async (indexes) => {
          const parents = indexes.map((index) => keys[index]!.parent);
          try {
            const answers = await batch(scope, parents, keys[indexes[0]!]!.arguments);
            indexes.forEach((index, place) => (values[index] = answers[place]!));
          } catch (error) {
            // What is wrong with one field's arguments, say a cursor, is no matter of its neighbours.
            for (const index of indexes) values[index] = error instanceof Error ? error : new Error(String(error));
          }
        }),
      );
      return values;
    },
  };
}

const numbers = new WeakMap<object, number>();
let lastNumber = 0;

/** A number of its own for each object. */
function numberOf(object: object): number {
  let number = numbers.get(object);
  if (number === undefined) numbers.set(object, (number = ++lastNumber));
  return number;
}

/** The third argument of every resolver. A plain object: Apollo Server copies it. */
export interface Context extends ReadScope {
  /** The end of the operation before its time; what has not begun by then must not begin. */
  readonly cancellation: Cancellation;
  /**
   * For the source of a subscription: the cursor of the last event that its client has, as an event stream's client names
   * it when it comes again (`Last-Event-ID`). Wins over what the operation's arguments say.
   */
  readonly lastEventId?: string | undefined;
  /** Gives this context's own DataLoader for a loader. */
  readonly loader: <Key, Value>(loader: Loader<Key, Value>) => DataLoader<Key, Value, unknown>;
  /** Forgets everything that was read: to be called after a write, since one operation may write and read several times. */
  readonly forget: () => void;
}

/** Hears of each batched read when it is done: how many keys it had, and how long it took. */
export type LoaderObserver = (loader: Loader<never, unknown>, keys: number, milliseconds: number) => void;

/**
 * Makes a context. A DataLoader remembers what it read, so a context serves one operation, or one event of a
 * subscription, and no more.
 *
 * @param database what the operation reads from, ended by `cancellation`
 */
export function createContext(
  database: Reads,
  viewer: Viewer,
  cancellation: Cancellation,
  onBatch?: LoaderObserver,
): Context {
  const scope: ReadScope = { database, viewer };
  const loaders = new Map<unknown, DataLoader<any, any, unknown>>();
  return {
    database,
    viewer,
    cancellation,
    forget: () => loaders.clear(),
    loader: <Key, Value>(loader: Loader<Key, Value>) => {
      let dataLoader = loaders.get(loader) as DataLoader<Key, Value, unknown> | undefined;
      if (dataLoader === undefined) {
        dataLoader = new DataLoader<Key, Value, unknown>(batchOf(loader, scope, onBatch), {
          cacheKeyFn: loader.cacheKey,
        });
        loaders.set(loader, dataLoader);
      }
      return dataLoader;
    },
  };
}

function batchOf<Key, Value>(loader: Loader<Key, Value>, scope: ReadScope, onBatch: LoaderObserver | undefined) {
  return async (keys: readonly Key[]) => {
    const start = performance.now();
    try {
      return await loader.batch(scope, keys);
    } finally {
      onBatch?.(loader as Loader<never, unknown>, keys.length, performance.now() - start);
    }
  };
}
