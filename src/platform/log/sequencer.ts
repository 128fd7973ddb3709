/**
 * Gives entries their positions once they are committed. A number given before the commit would not do: a slow writer's
 * entry would appear behind readers that have passed it (measured: half of all events lost).
 */
import sql from 'sql-template-tag';
import type { Database } from '../database/database.js';
import { RepeatedTask } from './repeated-task.js';

/** Bounds how long one stamping holds the lock and how much a tail finds at once. */
const BATCH = 1000;

/** How long, in milliseconds, the entries of a process that died between commit and stamping wait for another's. */
const SWEEP_INTERVAL = 1000;

export interface SequencerOptions {
  readonly database: Database;
  readonly onError: (error: Error) => void;
}

export class Sequencer {
  private readonly database: Database;
  private readonly task: RepeatedTask;

  constructor({ database, onError }: SequencerOptions) {
    this.database = database;
    this.task = new RepeatedTask({ work: () => this.stampAll(), interval: SWEEP_INTERVAL, onError });
  }

  start(): void {
    this.task.start();
  }

  stop(): Promise<void> {
    return this.task.stop();
  }

  /** Has what was committed stamped soon; never throws. */
  request(): void {
    this.task.request();
  }

  /** Resolves when all that was committed before this call, by whichever process, has its position. */
  settle(): Promise<void> {
    return this.task.run();
  }

  private async stampAll(): Promise<void> {
    let stamped: number;
    do {
      const row = await this.database.row<{ stamped: number }>(sql`SELECT stamp_knowledge_log(${BATCH}) AS stamped`);
      stamped = row!.stamped;
    } while (stamped === BATCH);
  }
}
