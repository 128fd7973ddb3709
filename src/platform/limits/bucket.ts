/** How much somebody may use up, and how fast it comes back. */
export interface Rate {
  /** Points that a bucket holds when nothing has been used; `Infinity` for no limit. */
  readonly points: number;
  /** Points that come back each second. */
  readonly restoreRate: number;
}

/** Milliseconds that only go forward, whatever happens to the time of day. */
export type Clock = () => number;

/** How far use is looked back upon. */
const USE_SECONDS = 5;

interface Waiter {
  readonly points: number;
  readonly admit: () => void;
}

/**
 * A leaky bucket of points. It fills by itself, worked out when somebody looks; a timer runs only while somebody waits.
 *
 * It never grants more than it holds plus what comes back meanwhile, and never holds more than when it is full. What was
 * used without asking ({@link charge}) can leave it in debt, for as much as it holds at the most.
 */
export class Bucket {
  private available: number;
  private filledAt: number;
  private used = 0;
  private usedAt = 0;
  private readonly waiters = new Set<Waiter>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    readonly rate: Rate,
    private readonly now: Clock,
  ) {
    this.available = rate.points;
    this.filledAt = now();
  }

  /** Points that can be taken now; negative in debt. */
  get points(): number {
    const now = this.now();
    const restored = ((now - this.filledAt) / 1000) * this.rate.restoreRate;
    this.filledAt = now;
    this.available = Math.min(this.rate.points, this.available + restored);
    return this.available;
  }

  /** Points used each second of late, the last {@link USE_SECONDS} seconds or so: older use counts ever less. */
  get usedEachSecond(): number {
    this.note(0);
    return this.used / USE_SECONDS;
  }

  /** Whether nobody would notice if it were forgotten. */
  get isUnused(): boolean {
    return this.waiters.size === 0 && this.points >= this.rate.points;
  }

  /** Takes points, or none when there are not as many. */
  take(points: number): boolean {
    if (!(this.points >= points)) return false;
    this.available -= points;
    this.note(points);
    return true;
  }

  /** Puts back what was taken and not used. */
  giveBack(points: number): void {
    this.available = Math.min(this.rate.points, this.points + points);
    this.note(-points);
  }

  /** Takes points for what is done already. */
  charge(points: number): void {
    this.available = Math.max(-this.rate.points, this.points - points);
    this.note(points);
  }

  /** Seconds until that many points can be taken if nobody else takes any; `Infinity` when they never can. */
  secondsUntil(points: number): number {
    return points > this.rate.points ? Infinity : Math.max(0, points - this.points) / this.rate.restoreRate;
  }

  /** The same, unless others wait for points already. */
  takeInTurn(points: number): boolean {
    return this.waiters.size === 0 && this.take(points);
  }

  /**
   * Takes points as soon as there are as many, after those who wait already.
   *
   * @param points no more than a full bucket has
   * @param admit called when they are taken, after this has returned
   * @returns gives up waiting; `admit` is then not called any more
   */
  wait(points: number, admit: () => void): () => void {
    const waiter = { points, admit };
    this.waiters.add(waiter);
    this.serveLater();
    return () => {
      this.waiters.delete(waiter);
      if (this.waiters.size > 0) return;
      clearTimeout(this.timer);
      this.timer = undefined;
    };
  }

  private note(points: number): void {
    const now = this.now();
    this.used = Math.max(0, this.used * Math.exp((this.usedAt - now) / 1000 / USE_SECONDS) + points);
    this.usedAt = now;
  }

  private serveLater(): void {
    if (this.timer !== undefined) return;
    const [next] = this.waiters;
    if (next === undefined) return;
    this.timer = setTimeout(() => this.serve(), Math.ceil(this.secondsUntil(next.points) * 1000));
  }

  private serve(): void {
    for (const waiter of this.waiters) {
      if (!this.take(waiter.points)) break;
      this.waiters.delete(waiter);
      waiter.admit();
    }
    this.timer = undefined;
    this.serveLater();
  }
}
