/** `/metrics`, for Prometheus. */
import type { FastifyInstance } from 'fastify';
import { MetricRegistry } from '../telemetry/metric-registry.js';
import type { Measures } from '../telemetry/measures.js';

/** What is read when somebody asks. */
export interface ServerGauges {
  readonly sockets: () => number;
  readonly eventStreams: () => number;
  /** The part of its rate that everybody has; less than 1 while the server has more to do than it can. */
  readonly share: () => number;
}

/**
 * Adds the route. It is open to whoever reaches the port, and tells nothing of anybody: what stands before the server keeps
 * it from the outside.
 */
export function registerMetrics(
  server: FastifyInstance,
  registry: MetricRegistry,
  measures: Measures,
  { sockets, eventStreams, share }: ServerGauges,
): void {
  addMeasures(registry, measures);
  registry.addGauge({ name: 'medspil_sockets', help: 'WebSockets that are open.' }, () => [{ value: sockets() }]);
  registry.addGauge({ name: 'medspil_event_streams', help: 'Server-sent event streams that are open.' }, () => [
    { value: eventStreams() },
  ]);
  registry.addGauge(
    {
      name: 'medspil_rate_share',
      help: 'Part of their rates that clients have: less than 1 while the server is busy.',
    },
    () => [{ value: share() }],
  );
  server.get('/metrics', async (_request, reply) => {
    const text = await registry.text();
    return reply.header('cache-control', 'no-store').type(registry.contentType).send(text);
  });
}

function addMeasures(registry: MetricRegistry, measures: Measures): void {
  registry.addDistributions(
    {
      name: 'medspil_operation_duration_seconds',
      help: 'GraphQL operations that ran; of subscriptions their start. The outcome is OK or the code of the first error.',
      labels: ['channel', 'type', 'outcome'],
    },
    measures.operations,
  );
  registry.addDistributions(
    {
      name: 'medspil_operation_cost_points',
      help: 'What operations that ran may cost, in points; of subscriptions one event.',
      labels: ['type'],
    },
    measures.costs,
  );
  registry.addDistributions(
    {
      name: 'medspil_operation_statements',
      help: 'Statements that one operation read by, one a level and field; for subscriptions, working out events.',
      labels: ['type'],
    },
    measures.statementsPerOperation,
  );
  registry.addDistributions(
    {
      name: 'medspil_operation_reading_seconds',
      help: 'Time that one operation waited for its statements; added up where they ran side by side.',
      labels: ['type'],
    },
    measures.readingPerOperation,
  );
  registry.addDistributions(
    {
      name: 'medspil_loader_duration_seconds',
      help: 'Batched reads: what one field costs on one level of an operation.',
      labels: ['loader'],
    },
    measures.loaders,
  );
  registry.addDistributions(
    {
      name: 'medspil_statement_duration_seconds',
      help: 'Statements, with the time that they waited for a connection.',
      labels: ['kind'],
    },
    measures.statements,
  );
  registry.addDistributions(
    {
      name: 'medspil_http_request_duration_seconds',
      help: 'HTTP requests by route and class of status, without event streams.',
      labels: ['route', 'status'],
    },
    measures.requests,
  );
  registry.addDistributions(
    {
      name: 'medspil_webhook_attempt_duration_seconds',
      help: 'Attempts of this process to deliver a webhook.',
      labels: ['outcome'],
    },
    measures.webhookAttempts,
  );
  addCounts(registry, measures);
}

function addCounts(registry: MetricRegistry, measures: Measures): void {
  registry.addCounts(
    { name: 'medspil_loader_keys_total', help: 'Keys that batched reads were asked for.', labels: ['loader'] },
    measures.loaderKeys,
  );
  registry.addCounts(
    {
      name: 'medspil_operations_refused_total',
      help: 'GraphQL operations that were not let in, by code.',
      labels: ['channel', 'code'],
    },
    measures.refusals,
  );
  registry.addCounts(
    { name: 'medspil_errors_total', help: 'Errors that clients were told, by code.', labels: ['code'] },
    measures.errors,
  );
  registry.addCounts(
    { name: 'medspil_events_delivered_total', help: 'Events that were sent to subscribers.', labels: ['channel'] },
    measures.eventsDelivered,
  );
  registry.addCounts(
    {
      name: 'medspil_connections_cut_total',
      help: 'Sockets and streams that the server ended because their clients did not answer or did not read.',
      labels: ['channel'],
    },
    measures.connectionsCut,
  );
  registry.addCounter(
    { name: 'medspil_connections_refused_total', help: 'Connections that were refused because there were too many.' },
    () => [{ value: measures.connectionsRefused }],
  );
  registry.addGauge({ name: 'medspil_subscriptions', help: 'Subscriptions that run.', labels: ['channel'] }, () =>
    Array.from(measures.subscriptions, ({ labels, value }) => ({ labels, value: value.value })),
  );
}
