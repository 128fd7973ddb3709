import { describe, expect, it, vi } from 'vitest';
import { EventPayload } from '../../src/platform/graphql/event-payload.js';
import { Payments } from '../../src/platform/graphql/payments.js';
import { PulledSubscription } from '../../src/platform/graphql/pulled-subscription.js';
import { Rates } from '../../src/platform/graphql/rates.js';
import type { Outlet } from '../../src/platform/graphql/subscription.js';
import { ANONYMOUS } from '../../src/platform/auth/viewer.js';
import { TestEvents } from '../helpers/test-events.js';
import { until } from '../helpers/until.js';

const END = { value: undefined, done: true };

class TestOutlet implements Outlet {
  readonly sent: string[] = [];
  isReady = true;
  become = () => undefined as void;

  whenReady(): Promise<void> {
    return new Promise((resolve) => (this.become = resolve));
  }

  send({ json }: EventPayload): void {
    this.sent.push(json);
  }
}

function subscribe(source: AsyncIterable<unknown>, outlet = new TestOutlet()) {
  const payments = new Payments(new Rates({}), { viewer: ANONYMOUS, address: '192.0.2.1' }, 1);
  const onEnd = vi.fn();
  const present = async (event: unknown) => new EventPayload({ data: { event } }, undefined, 1);
  return { subscription: new PulledSubscription(outlet, payments, onEnd, source, present), outlet, onEnd };
}

describe('a subscription to a source of its own', () => {
  it('sends a result for each event, in order, from when it is begun', async () => {
    const events = new TestEvents<number>();
    const { subscription, outlet } = subscribe(events.listen());
    events.send(1);
    await Promise.resolve();
    expect(outlet.sent).toEqual([]);
    void subscription.next();
    events.send(2);
    await until(() => expect(outlet.sent).toEqual(['{"data":{"event":1}}', '{"data":{"event":2}}']));
  });

  it('asks for no event while its client takes none', async () => {
    const outlet = new TestOutlet();
    outlet.isReady = false;
    const next = vi.fn(() => new Promise<never>(() => undefined));
    const { subscription } = subscribe({ [Symbol.asyncIterator]: () => ({ next }) }, outlet);
    void subscription.next();
    await Promise.resolve();
    expect(next).not.toHaveBeenCalled();
    outlet.become();
    await until(() => expect(next).toHaveBeenCalledOnce());
  });

  it('ends at once when its client leaves, also while it waits for an event, and once', async () => {
    const events = new TestEvents<number>();
    const { subscription, onEnd } = subscribe(events.listen());
    const waiting = subscription.next();
    await subscription.return();
    expect(await waiting).toEqual(END);
    expect(await subscription.next()).toEqual(END);
    await subscription.return();
    expect(events.listeners).toBe(0);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('ends also when it was never begun', async () => {
    const events = new TestEvents<number>();
    const { subscription, onEnd } = subscribe(events.listen());
    await subscription.return();
    expect(events.listeners).toBe(0);
    expect(onEnd).toHaveBeenCalledOnce();
  });

  it('ends at once also when the source is an async generator, which hears of it only after its next event', async () => {
    async function* never() {
      await new Promise(() => undefined);
      yield 1;
    }
    const { subscription } = subscribe(never());
    const waiting = subscription.next();
    await subscription.return();
    expect(await waiting).toEqual(END);

    const bare = never();
    const stuck = bare.next();
    void bare.return(undefined);
    expect(await Promise.race([stuck, Promise.resolve('still waiting')])).toBe('still waiting');
  });

  it('ends when its source does', async () => {
    const { subscription, outlet } = subscribe(
      (async function* () {
        yield 1;
      })(),
    );
    expect(await subscription.next()).toEqual(END);
    expect(outlet.sent).toEqual(['{"data":{"event":1}}']);
  });

  it('throws once what its source throws, and is then at its end', async () => {
    const { subscription, onEnd } = subscribe({
      [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(new Error('the source broke')) }),
    });
    await expect(subscription.next()).rejects.toThrow('the source broke');
    expect(await subscription.next()).toEqual(END);
    expect(onEnd).toHaveBeenCalledOnce();
  });
});
