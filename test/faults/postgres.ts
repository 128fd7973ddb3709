/** A PostgreSQL of its own for the faults: one that can be killed and started anew on what it left. */
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/platform/database/embedded-postgres.js';
import { vi } from 'vitest';
import { areAlive, expectGone, postmasterOf } from '../helpers/server-process.js';
import type { Target } from './proxy.js';

/** It may have much to recover. */
const patience = { timeout: 60_000, interval: 100 };

/**
 * What was committed outlives PostgreSQL once the system has it, and the machine is not to fail here; so it need not wait
 * for the disk, but for the system it must.
 */
const SETTINGS = { fsync: 'off' };

export class FaultPostgres {
  private constructor(
    private readonly dataDirectory: string,
    private readonly settings: Readonly<Record<string, string>>,
    private running: EmbeddedPostgres,
    private readonly removes: boolean,
  ) {}

  /** @param dataDirectory where there is one already; a temporary one otherwise */
  static async start(settings: Record<string, string> = {}, dataDirectory?: string): Promise<FaultPostgres> {
    const folder = dataDirectory ?? (await mkdtemp(path.join(os.tmpdir(), 'medspil-faults-')));
    const all = { ...SETTINGS, ...settings };
    const running = await launch(folder, all);
    return new FaultPostgres(folder, all, running, dataDirectory === undefined);
  }

  /** Past all proxies. */
  get connection(): pg.ClientConfig {
    return this.running.connection;
  }

  /** For a proxy before it. */
  get target(): Target {
    const { host, port } = this.running.connection;
    return { path: path.join(host, `.s.PGSQL.${port}`) };
  }

  /** Ends it as a crash does, without a word to anybody and without writing anything down. */
  async crash(): Promise<void> {
    const postmaster = await postmasterOf(this.dataDirectory);
    if (postmaster === undefined) return;
    try {
      process.kill(postmaster, 'SIGQUIT');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
    await expectGone([postmaster]);
  }

  /** Starts it anew after a crash, on what it had. */
  async startAgain(): Promise<void> {
    this.running = await launch(this.dataDirectory, this.settings);
  }

  async isRunning(): Promise<boolean> {
    const postmaster = await postmasterOf(this.dataDirectory);
    return postmaster !== undefined && (await areAlive([postmaster])).length > 0;
  }

  /** Starts it anew if it gave itself up, as it does where it has no room to recover from a crash. */
  async ensureRunning(): Promise<void> {
    await vi.waitFor(async () => {
      if (!(await this.isRunning())) await this.startAgain();
      const client = new pg.Client(this.connection);
      client.on('error', () => undefined);
      await client.connect();
      await client.end();
    }, patience);
  }

  async stop(): Promise<void> {
    await this.running.stop();
    if (this.removes) await rm(this.dataDirectory, { recursive: true, force: true });
  }
}

/** The one of a whole test run, which is not to be harmed. */
export function connectionTo(url: string): Pick<FaultPostgres, 'connection' | 'target'> {
  const { host, port, user, database } = new pg.Client(url);
  return {
    connection: { host, port, user, database },
    target: { path: path.join(host, `.s.PGSQL.${port}`) },
  };
}

function launch(dataDirectory: string, settings: Record<string, string>): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDirectory, log: () => undefined, settings });
}
