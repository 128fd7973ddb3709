/** Work that is done on request and at intervals, one at a time, and tried again after it failed. */

export interface RepeatedTaskOptions {
  readonly work: () => Promise<void>;
  /** Mean time between runs that nobody asked for, in milliseconds. It varies, so that processes do not fall in step. */
  readonly interval: number;
  /** Hears of the first failure of a row. */
  readonly onError: (error: Error) => void;
}

export class RepeatedTask {
  private readonly options: RepeatedTaskOptions;
  private timer: NodeJS.Timeout | undefined;
  private latest: Promise<void> = Promise.resolve();
  private waiting: Promise<void> | undefined;
  private failing = false;
  private stopped = false;

  constructor(options: RepeatedTaskOptions) {
    this.options = options;
  }

  /** Begins the runs at intervals. */
  start(): void {
    const delay = this.options.interval * (0.75 + Math.random() / 2);
    this.timer = setTimeout(() => {
      this.request();
      this.start();
    }, delay);
  }

  /**
   * Resolves after a run that began after this call; rejects when that run failed. However many call while the work is at
   * it, one more run serves them all.
   */
  run(): Promise<void> {
    if (this.waiting === undefined) {
      this.waiting = this.latest.then(() => {
        this.waiting = undefined;
        return this.attempt();
      });
      this.latest = this.waiting.catch(() => {});
    }
    return this.waiting;
  }

  /** Asks for a run soon. After `stop` nothing happens. */
  request(): void {
    // Its failure has been reported, and the next run at an interval tries again.
    if (!this.stopped) this.run().catch(() => {});
  }

  /** Resolves when nothing runs and nothing will. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.latest;
  }

  private async attempt(): Promise<void> {
    try {
      await this.options.work();
      this.failing = false;
    } catch (error) {
      if (!this.failing) this.options.onError(error as Error);
      this.failing = true;
      throw error;
    }
  }
}
