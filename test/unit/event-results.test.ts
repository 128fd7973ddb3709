import { describe, expect, it } from 'vitest';
import { EventResults } from '../../src/platform/graphql/subscribe.js';
import { TestEvents } from '../helpers/test-events.js';

const resultOf = async (event: unknown) => ({ data: { event } });
const END = { value: undefined, done: true };

describe('the results of events', () => {
  it('come in order and one for each event', async () => {
    const events = new TestEvents<number>();
    const results = new EventResults(events.listen(), resultOf);
    for (const event of [1, 2]) events.send(event);
    expect((await results.next()).value).toEqual({ data: { event: 1 } });
    expect((await results.next()).value).toEqual({ data: { event: 2 } });
  });

  it('end at once when their client leaves, also while they wait for an event', async () => {
    const events = new TestEvents<number>();
    const results = new EventResults(events.listen(), resultOf);
    const waiting = results.next();
    await results.return();
    expect(await waiting).toEqual(END);
    expect(await results.next()).toEqual(END);
    expect(events.listeners).toBe(0);
  });

  it('end at once also when the source is an async generator, which hears of it only after its next event', async () => {
    async function* never() {
      await new Promise(() => undefined);
      yield 1;
    }
    const results = new EventResults(never(), resultOf);
    const waiting = results.next();
    await results.return();
    expect(await waiting).toEqual(END);

    const bare = never();
    const stuck = bare.next();
    void bare.return(undefined);
    expect(await Promise.race([stuck, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  it('end when their source does', async () => {
    const results = new EventResults(
      (async function* () {
        yield 1;
      })(),
      resultOf,
    );
    const all = [];
    for await (const result of results) all.push(result);
    expect(all).toEqual([{ data: { event: 1 } }]);
  });

  it('throw once what their source throws, and are then at their end', async () => {
    const results = new EventResults(
      {
        [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the source broke')) }),
      },
      resultOf,
    );
    await expect(results.next()).rejects.toThrow('the source broke');
    expect(await results.next()).toEqual(END);
  });
});
