import { OperationTypeNode, parse, type OperationDefinitionNode } from 'graphql';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Cancellation } from '../../src/common/cancellation.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { createExecutor } from '../../src/platform/graphql/execute.js';
import { runInTime, runToTheEnd } from '../../src/platform/graphql/operation-time.js';
import type { PreparedOperation } from '../../src/platform/graphql/prepare-operation.js';
import { SingleResult } from '../../src/platform/graphql/single-result.js';
import { contextOf } from '../helpers/platform-server.js';
import { createPlatformSchema } from '../helpers/platform-schema.js';

const never = () => new Promise<never>(() => undefined);
const limit = { milliseconds: 1_000, overtime: (milliseconds: number) => new Error(`over ${milliseconds}`) };

beforeEach(() => void vi.useFakeTimers());
afterEach(() => {
  expect(vi.getTimerCount(), 'timers left').toBe(0);
  vi.useRealTimers();
});

describe('a cancellation', () => {
  it('is heard once, with the first reason', () => {
    const cancellation = new Cancellation();
    const heard: Error[] = [];
    cancellation.onCancel((reason) => heard.push(reason));
    cancellation.throwIfCancelled();
    const first = new Error('first');
    cancellation.cancel(first);
    cancellation.cancel(new Error('second'));
    expect(heard).toEqual([first]);
    expect(cancellation.reason).toBe(first);
    expect(() => cancellation.throwIfCancelled()).toThrow(first);
  });
});

describe('work with a time limit', () => {
  it('gives its result or its error, and leaves nothing behind', async () => {
    const stop = vi.fn();
    const watched = { ...limit, watchClient: () => stop };
    expect(await runInTime(watched, async () => 1)).toBe(1);
    await expect(runInTime(watched, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
    expect(stop).toHaveBeenCalledTimes(2);
    expect(await runToTheEnd(limit, async () => 2)).toBe(2);
    await expect(runToTheEnd(limit, () => Promise.reject(new Error('own')))).rejects.toThrow('own');
  });

  it('rejects when its time is over, and is told', async () => {
    let told: Cancellation | undefined;
    const running = runInTime(limit, (cancellation) => {
      told = cancellation;
      return never();
    });
    const outcome = expect(running).rejects.toThrow('over 1000');
    vi.advanceTimersByTime(999);
    expect(told!.reason).toBeUndefined();
    vi.advanceTimersByTime(1);
    expect(told!.reason).toMatchObject({ message: 'over 1000' });
    await outcome;
  });

  it('gives no result that its own end brought about', async () => {
    const running = runInTime(limit, (cancellation) => new Promise((resolve) => cancellation.onCancel(resolve)));
    const outcome = expect(running).rejects.toThrow('over 1000');
    vi.advanceTimersByTime(1_000);
    await outcome;
  });

  it('ends when its client leaves', async () => {
    let leave!: () => void;
    const watchClient = (onLeave: () => void) => {
      leave = onLeave;
      return () => undefined;
    };
    let told: Cancellation | undefined;
    const running = runInTime({ ...limit, watchClient }, (cancellation) => {
      told = cancellation;
      return new Promise((_, reject) => cancellation.onCancel(reject));
    });
    const outcome = expect(running).rejects.toThrow('left');
    leave();
    expect(told!.reason).toBeDefined();
    await outcome;
  });

  it('comes to its own end, when it is to, and is told when the time is over', async () => {
    const running = runToTheEnd(
      limit,
      (cancellation) => new Promise<string>((resolve) => cancellation.onCancel(({ message }) => resolve(message))),
    );
    vi.advanceTimersByTime(1_000);
    expect(await running).toBe('over 1000');
  });
});

describe('a single result', () => {
  it('comes once, and then the end', async () => {
    const result = new SingleResult(async () => ({ data: {} }));
    expect(await result.next()).toEqual({ value: { data: {} }, done: false });
    expect(await result.next()).toEqual({ value: undefined, done: true });
  });

  it('tells the operation that its client has left, and does not come', async () => {
    const result = new SingleResult(
      (watchClient) => new Promise((resolve) => watchClient(() => resolve({ errors: [] }))),
    );
    const next = result.next();
    await result.return();
    expect(await next).toEqual({ value: undefined, done: true });
  });

  it('does not begin for a client that has left', async () => {
    const run = vi.fn();
    const result = new SingleResult(run);
    await result.return();
    expect(await result.next()).toEqual({ value: undefined, done: true });
    expect(run).not.toHaveBeenCalled();
  });
});

it('a mutation begins none of its fields any more once its time is over', async () => {
  const { schema, state } = createPlatformSchema();
  const document = parse('mutation { one: touch two: touch }');
  const operation = document.definitions[0] as OperationDefinitionNode;
  expect(operation.operation).toBe(OperationTypeNode.MUTATION);
  const execute = createExecutor(schema);
  const cancellation = new Cancellation();
  const field = schema.getMutationType()!.getFields()['touch']!;
  const guarded = field.resolve!;
  field.resolve = async (...details) => {
    const touched = await guarded(...details);
    cancellation.cancel(new Error('The time is over.'));
    return touched;
  };
  const prepared = { document, operation, rawVariables: {}, variables: {} } as PreparedOperation;
  const result = await execute(prepared, contextOf(ANONYMOUS, cancellation));
  expect(result).toMatchObject({ data: null, errors: [{ message: 'The time is over.', path: ['two'] }] });
  expect(state.touched).toBe(1);
});
