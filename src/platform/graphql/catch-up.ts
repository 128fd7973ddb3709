import { setImmediate as turn } from 'node:timers/promises';
import type { LineSubscription, Present } from './channel.js';
import type { LineSource } from './event-source.js';

export interface CatchUpOptions {
  readonly subscription: LineSubscription;
  /** Any source of the line. */
  readonly line: LineSource;
  readonly present: Present;
  /** How many events are worked out together at the most, before others have their turn. */
  readonly together: number;
  /** Takes the subscription in if it stands at the end. */
  readonly join: () => boolean;
}

/** Tells one alone of everything up to the end of the line, as fast as its client takes it and its caller can pay. */
export class CatchUp {
  /** How many events are paid for that the client was not told of. */
  private paid = 0;
  /** How many events the client is likely to take in one go. */
  private expected: number;

  constructor(private readonly options: CatchUpOptions) {
    this.expected = options.together;
  }

  async run(): Promise<void> {
    const { subscription, line, join } = this.options;
    const { outlet } = subscription;
    try {
      while (!subscription.hasEnded) {
        if (!outlet.isReady) await outlet.whenReady();
        // What was read so far is not kept while the client or its points are waited for, but read again.
        const source = line.from(subscription.position, false);
        subscription.catchingUp = source;
        while (!subscription.hasEnded && (await this.tell(source))) await turn();
        void source.return?.();
        subscription.catchingUp = undefined;
        if (outlet.isReady && !subscription.hasEnded && join()) return;
        await turn();
      }
    } catch (error) {
      subscription.fail(error);
    } finally {
      this.keepPaid(0);
    }
  }

  /** Tells of the next events; gives whether the source can be asked for more. */
  private async tell(source: LineSource): Promise<boolean> {
    const { subscription, present, together } = this.options;
    const { outlet } = subscription;
    const { done, value: event } = await source.next();
    if (done) {
      subscription.position = Math.max(subscription.position, source.position);
      return false;
    }
    if (!(await this.pay(source))) return false;
    const events = [event, ...source.takeAtHand(this.paid - 1)];
    this.keepPaid(events.length);
    const payloads = await present(events, source);
    let told = 0;
    // One at least: operations of one connection would else fill it by turns, and some never come to theirs.
    while (told < events.length && !subscription.hasEnded && (told === 0 || outlet.isReady)) {
      subscription.send(payloads[told]!, source.positionOf(events[told]));
      this.paid -= 1;
      told += 1;
    }
    this.keepPaid(0);
    this.expected = told < events.length ? told : Math.min(2 * this.expected, together);
    return told === events.length && outlet.isReady && !subscription.hasEnded;
  }

  /** Pays for some events, or waits until one is paid for, for which the source does not wait. */
  private async pay(source: LineSource): Promise<boolean> {
    const { payments } = this.options.subscription;
    while (this.paid < this.expected && payments.take()) this.paid += 1;
    if (this.paid > 0) return true;
    void source.return?.();
    await payments.takeLater();
    this.paid = 1;
    return false;
  }

  private keepPaid(count: number): void {
    for (; this.paid > count; this.paid -= 1) this.options.subscription.payments.settle(0);
  }
}
