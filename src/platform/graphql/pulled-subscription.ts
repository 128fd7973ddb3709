import type { EventPayload } from './event-payload.js';
import type { Payments } from './payments.js';
import { Subscription, type Outlet } from './subscription.js';

/** A subscription to a source of its own: an event is asked of it when the client takes one and its caller can pay. */
export class PulledSubscription extends Subscription {
  private readonly events: AsyncIterator<unknown>;

  constructor(
    outlet: Outlet,
    payments: Payments,
    onEnd: () => void,
    source: AsyncIterable<unknown>,
    private readonly present: (event: unknown) => Promise<EventPayload>,
  ) {
    super(outlet, payments, onEnd);
    this.events = source[Symbol.asyncIterator]();
  }

  protected start(): void {
    this.pull().then(
      () => this.end(),
      (error: unknown) => this.fail(error),
    );
  }

  protected release(): void {
    // Not awaited: a source that is an async generator answers only after its next event.
    this.events.return?.()?.then(undefined, () => undefined);
  }

  private async pull(): Promise<void> {
    for (;;) {
      if (!this.outlet.isReady) await this.outlet.whenReady();
      const { done, value: event } = await this.events.next();
      if (done || this.hasEnded) return;
      if (!this.payments.take()) await this.payments.takeLater();
      let used = 0;
      try {
        const payload = await this.present(event);
        if (this.hasEnded) return;
        this.outlet.send(payload);
        used = payload.points;
      } finally {
        this.payments.settle(used);
      }
    }
  }
}
