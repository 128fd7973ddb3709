/** What `/metrics` shows besides the server's own work: the database, the log, and those who read the log. */
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../platform/database/database.js';
import type { KnowledgeLog } from '../platform/log/knowledge-log.js';
import type { MetricRegistry, Reading } from '../platform/telemetry/metric-registry.js';
import { VERSION } from '../version.js';
import { readStoredState, type StoredState } from './stored-state.js';

/** Whoever asks more often, and each further Prometheus, gets what was read last: asking is to cost nobody anything. */
const READ_EVERY_MILLISECONDS = 5_000;
/** Less than Prometheus waits; a database that does not answer is what the metrics are to tell. */
const READ_WITHIN_MILLISECONDS = 2_000;

export interface AppMetricsOptions {
  readonly database: Pick<Database, 'rows' | 'row' | 'connections'>;
  readonly log: Pick<KnowledgeLog, 'readUpTo'>;
}

/** Adds them. Where the database does not answer those that are read there have no value, and `medspil_database_up` is 0. */
export function addAppMetrics(registry: MetricRegistry, { database, log }: AppMetricsOptions): void {
  registry.addProcess();
  const state = new StateReader(database);
  const gauge = (name: string, help: string, value: (state: StoredState) => number) =>
    registry.addGauge({ name, help }, async () => {
      const current = await state.read();
      return current === undefined ? [] : [{ value: value(current) }];
    });

  registry.addGauge({ name: 'medspil_build_info', help: 'Always 1.', labels: ['version'] }, () => [
    { labels: [VERSION], value: 1 },
  ]);
  registry.addGauge({ name: 'medspil_database_up', help: 'Whether the database answers.' }, async () => [
    { value: (await state.read()) === undefined ? 0 : 1 },
  ]);
  registry.addGauge(
    {
      name: 'medspil_database_connections',
      help: 'Connections of the pool, those of them that are idle, and what waits for one.',
      labels: ['state'],
    },
    () => Object.entries(database.connections).map(([name, value]): Reading => ({ labels: [name], value })),
  );
  gauge('medspil_log_position', 'Where the knowledge log ends.', ({ position }) => position);
  gauge('medspil_log_unstamped_entries', 'Entries that are committed and cannot be read yet.', (s) => s.unstamped);
  gauge(
    'medspil_log_unstamped_age_seconds',
    'For how long the first of them has waited; more than some seconds means that no process stamps.',
    ({ unstampedSeconds }) => unstampedSeconds,
  );
  gauge(
    'medspil_log_tail_lag_entries',
    'Entries that this process has not read yet, and its subscribers so have not been told of.',
    ({ position }) => Math.max(0, position - log.readUpTo),
  );
  gauge('medspil_inbox_lag_entries', 'Entries that are not dealt out to the inboxes yet.', ({ inboxLag }) => inboxLag);
  registry.addGauge(
    { name: 'medspil_webhook_endpoints', help: 'Webhooks; failing ones are enabled, too.', labels: ['state'] },
    async () => {
      const current = await state.read();
      if (current === undefined) return [];
      return [
        { labels: ['enabled'], value: current.webhooksEnabled },
        { labels: ['failing'], value: current.webhooksFailing },
        { labels: ['disabled'], value: current.webhooksDisabled },
      ];
    },
  );
  gauge('medspil_webhooks_due', 'Webhooks that something is to be sent to now.', ({ webhooksDue }) => webhooksDue);
  gauge('medspil_webhook_lag_entries', 'Entries that the slowest webhook is behind.', ({ webhookLag }) => webhookLag);
  gauge('medspil_digests_due', 'Digests whose time has come.', ({ digestsDue }) => digestsDue);
  gauge('medspil_digests_paused', 'Digests that the mail server refused for good.', (s) => s.digestsPaused);
  gauge(
    'medspil_digest_questions_due',
    'Addresses that are to be asked whether they want digests.',
    (s) => s.questionsDue,
  );
}

/** Reads at most once in a while, and once for all who ask meanwhile. */
class StateReader {
  private readAt = -Infinity;
  private latest: Promise<StoredState | undefined> = Promise.resolve(undefined);

  constructor(private readonly database: AppMetricsOptions['database']) {}

  read(): Promise<StoredState | undefined> {
    const now = performance.now();
    if (now - this.readAt >= READ_EVERY_MILLISECONDS) {
      this.readAt = now;
      this.latest = this.attempt();
    }
    return this.latest;
  }

  private async attempt(): Promise<StoredState | undefined> {
    const late = new AbortController();
    try {
      return await Promise.race([
        readStoredState(this.database),
        delay(READ_WITHIN_MILLISECONDS, undefined, { signal: late.signal, ref: false }),
      ]);
    } catch {
      return undefined;
    } finally {
      late.abort();
    }
  }
}
