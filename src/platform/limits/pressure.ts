/** How much each caller may use while the server has more to do than it can. */

const INTERVAL_MILLISECONDS = 10;
/** Being this late is more than what one ordinary operation does. */
const LATE_MILLISECONDS = 20;
/** What is left of everybody's share after each interval that ended late, and what comes back after each that did not. */
const CUT = 0.6;
const RECOVERY = 0.0005;
/** What everybody keeps: a few dozen small operations a second. */
const LEAST_SHARE = 0.05;

/**
 * Watches how late timers fire, as late as whatever else waits for its turn in this process, and gives what share of its
 * rate each caller may use: all of it as a rule, ever less while timers are late, slowly more when they are not. As with
 * TCP's congestion control, those who use most are cut first, and those who use little notice nothing.
 */
export class Pressure {
  private timer: NodeJS.Timeout | undefined;
  private expectedAt = 0;
  private current = 1;

  constructor(private readonly now: () => number = () => performance.now()) {}

  start(): void {
    this.expectedAt = this.now() + INTERVAL_MILLISECONDS;
    this.timer = setInterval(() => this.look(), INTERVAL_MILLISECONDS);
    this.timer.unref();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** From 1, for no bound besides the rate itself, down to {@link LEAST_SHARE}. */
  get share(): number {
    return this.current;
  }

  /** To be called once in each interval. */
  look(): void {
    const now = this.now();
    // As often as it would have been cut had there been time to look: a long delay is seen only once.
    const cuts = Math.floor((now - this.expectedAt) / LATE_MILLISECONDS);
    this.current = cuts > 0 ? Math.max(LEAST_SHARE, this.current * CUT ** cuts) : Math.min(1, this.current + RECOVERY);
    this.expectedAt = now + INTERVAL_MILLISECONDS;
  }
}
