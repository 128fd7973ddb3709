import { RepeatedTask } from '../../platform/log/repeated-task.js';
import type { SnapshotMaker } from './snapshot-maker.js';

/** A snapshot that was withdrawn is followed by another within this time. */
const INTERVAL_MILLISECONDS = 10 * 60_000;

/** Has snapshots made when they are due, at the start as well, and old ones cleared away. */
export class SnapshotWorker {
  private readonly task: RepeatedTask;

  constructor(
    private readonly maker: SnapshotMaker,
    onError: (error: Error) => void,
  ) {
    this.task = new RepeatedTask({ work: () => maker.run(), interval: INTERVAL_MILLISECONDS, onError });
  }

  start(): void {
    this.task.start();
    this.task.request();
  }

  /** Breaks off what is being made. */
  async stop(): Promise<void> {
    await Promise.all([this.maker.stop(), this.task.stop()]);
  }
}
