/**
 * Serves all at once who follow the same line and see the same. A subscription is a place in the line, not a queue: those
 * who stand where the line ends are told of each event in one go, and one who cannot take it just then (a client that
 * does not read, a caller whose points are used up) leaves, goes on by itself from where it stands, and comes back.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { CatchUp } from './catch-up.js';
import type { EventPayload } from './event-payload.js';
import type { LineSource } from './event-source.js';
import { Subscription, type Outlet } from './subscription.js';
import type { Payments } from './payments.js';

/** How many are served before others have their turn: some five milliseconds. */
const SLICE = 500;

/** Works out what events of a source look like by now. */
export type Present = (events: readonly unknown[], source: LineSource) => Promise<readonly EventPayload[]>;

export interface ChannelOptions {
  /** Any source of the line. */
  readonly source: LineSource;
  readonly present: Present;
  /** How many events are worked out together for one who catches up. */
  readonly together: number;
  /** Hears that nobody follows any more. */
  readonly onEnd: () => void;
}

export class Channel {
  private readonly source: LineSource;
  private readonly present: Present;
  private readonly together: number;
  private readonly onEnd: () => void;
  private readonly followers = new Set<LineSubscription>();
  /** Those of them who stand at the end. */
  private readonly members = new Set<LineSubscription>();
  /** Behind what all members were told, while an event is being told. */
  private told: number | undefined;
  private ended = false;

  constructor({ source, present, together, onEnd }: ChannelOptions) {
    this.source = source.from(source.end, true);
    this.present = present;
    this.together = together;
    this.onEnd = onEnd;
    void this.run();
  }

  /** Stays open for a subscription until it leaves. */
  admit(subscription: LineSubscription): void {
    this.followers.add(subscription);
  }

  /** Begins to tell a subscription of what lies behind its position. */
  serve(subscription: LineSubscription): void {
    if (!this.join(subscription)) this.catchUp(subscription);
  }

  leave(subscription: LineSubscription): void {
    this.members.delete(subscription);
    this.followers.delete(subscription);
    if (this.followers.size === 0) this.end();
  }

  /** Behind what all members were told. */
  private get position(): number {
    return this.told ?? this.source.position;
  }

  /** Whoever is behind would miss something. */
  private join(subscription: LineSubscription): boolean {
    if (subscription.position < this.position) return false;
    this.members.add(subscription);
    return true;
  }

  private async run(): Promise<void> {
    try {
      for (;;) {
        const { done, value: event } = await this.source.next();
        if (done) return;
        if (this.members.size > 0) await this.tell(event);
      }
    } catch (error) {
      this.end();
      for (const subscription of [...this.followers]) subscription.fail(error);
    }
  }

  private async tell(event: unknown): Promise<void> {
    const { source } = this;
    const position = source.positionOf(event);
    this.told = position - 1;
    let [payload] = await this.present([event], source);
    let { revision } = source;
    let told = 0;
    // A set gives also those who join meanwhile; of them only those who have not had the event by themselves.
    for (const member of this.members) {
      if (member.position >= position) continue;
      if (told === SLICE) {
        told = 0;
        await turn();
        if (source.revision !== revision) {
          [payload] = await this.present([event], source);
          ({ revision } = source);
        }
        if (!this.members.has(member)) continue;
      }
      told += 1;
      if (member.isReady && member.payments.take()) {
        member.send(payload!, position);
      } else {
        this.members.delete(member);
        member.position = Math.max(member.position, this.told);
        this.catchUp(member);
      }
    }
    this.told = undefined;
  }

  private catchUp(subscription: LineSubscription): void {
    const { source: line, present, together } = this;
    void new CatchUp({ subscription, line, present, together, join: () => this.join(subscription) }).run();
  }

  private end(): void {
    if (this.ended) return;
    this.ended = true;
    void this.source.return?.();
    this.onEnd();
  }
}

/** A subscription to a line. */
export class LineSubscription extends Subscription {
  /** While it is behind: what its entries are read from. */
  catchingUp: LineSource | undefined;

  /** @param position behind the last event that its client was told of */
  constructor(
    outlet: Outlet,
    payments: Payments,
    onEnd: () => void,
    private readonly channel: Channel,
    public position: number,
  ) {
    super(outlet, payments, onEnd);
    channel.admit(this);
  }

  get isReady(): boolean {
    return this.outlet.isReady;
  }

  /** Sends what is paid for. */
  send(payload: EventPayload, position: number): void {
    this.position = position;
    this.outlet.send(payload);
    this.payments.settle(payload.points);
  }

  protected start(): void {
    this.channel.serve(this);
  }

  protected release(): void {
    void this.catchingUp?.return?.();
    this.channel.leave(this);
  }
}
