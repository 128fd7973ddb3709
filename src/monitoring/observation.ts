/** Everything by which an operator sees what a server does: counts, metrics and, where an endpoint is set, traces. */
import type { Logger } from 'pino';
import type { Config } from '../config.js';
import type { KnowledgeBase } from '../knowledge-base.js';
import type { LoaderObserver } from '../platform/auth/context.js';
import type { StatementObserver } from '../platform/database/cancellable-reads.js';
import { MetricRegistry } from '../platform/telemetry/metric-registry.js';
import { Measures } from '../platform/telemetry/measures.js';
import type { Tracing } from '../platform/telemetry/tracing.js';
import { VERSION } from '../version.js';
import { addAppMetrics } from './app-metrics.js';
import { loaderName } from './loader-names.js';

export interface Observation {
  readonly measures: Measures;
  readonly metrics: MetricRegistry;
  readonly tracing: Tracing | undefined;
  readonly onBatch: LoaderObserver;
}

/** Begins to observe a knowledge base. */
export async function observe(
  { database, log }: Pick<KnowledgeBase, 'database' | 'log'>,
  { traceEndpoint }: Pick<Config, 'traceEndpoint'>,
  logger: Logger,
): Promise<Observation> {
  const measures = new Measures();
  const metrics = new MetricRegistry();
  addAppMetrics(metrics, { database, log });
  const tracing = traceEndpoint === undefined ? undefined : await loadTracing(traceEndpoint, logger);
  database.observe(statementObserver(measures, tracing));
  return { measures, metrics, tracing, onBatch: loaderObserver(measures) };
}

async function loadTracing(endpoint: string, logger: Logger): Promise<Tracing> {
  const { startTracing } = await import('../platform/telemetry/open-telemetry.js');
  return startTracing({
    endpoint,
    version: VERSION,
    // Its own words may hold the address, and with it a password.
    onError: ({ name }) => logger.warn({ error: name }, 'traces are not taken; trying again, and going on without'),
  });
}

function statementObserver(measures: Measures, tracing: Tracing | undefined): StatementObserver {
  const reads = measures.statements.of('read');
  const transactions = measures.statements.of('transaction');
  return (text, kind) => {
    const start = performance.now();
    const endSpan = tracing?.beginStatement(text);
    return (error) => {
      (kind === 'read' ? reads : transactions).observe((performance.now() - start) / 1_000);
      endSpan?.(error);
    };
  };
}

function loaderObserver(measures: Measures): LoaderObserver {
  return (loader, keys, milliseconds) => {
    const name = loaderName(loader);
    measures.loaders.of(name).observe(milliseconds / 1_000);
    measures.loaderKeys.of(name).value += keys;
  };
}
