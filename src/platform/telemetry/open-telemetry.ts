/** Traces by OpenTelemetry, sent by OTLP over HTTP. Loaded only where an endpoint is set. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type Context,
  createTraceState,
  isValidSpanId,
  isValidTraceId,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, NodeTracerProvider, type SpanExporter } from '@opentelemetry/sdk-trace-node';
import type { OpenSpan, SpanAttributes, SpanEnd, TraceParent, Tracing } from './tracing.js';

export interface TracingOptions {
  /** Base address of an OTLP receiver, e.g. `http://localhost:4318`; traces go to `/v1/traces` below it. */
  readonly endpoint: string;
  readonly version: string;
  /** Hears, once per outage, that the receiver does not take what is sent. */
  readonly onError: (error: Error) => void;
}

/** Spans that wait to be sent; when there are more, those that come next are dropped. */
const QUEUED_SPANS = 4_096;
const BATCH_SPANS = 512;
const SEND_EVERY_MILLISECONDS = 2_000;
const SEND_WITHIN_MILLISECONDS = 10_000;
const STOP_WITHIN_MILLISECONDS = 5_000;
/** A statement is text of this program; long ones tell no more. */
const STATEMENT_CHARACTERS = 2_000;

/**
 * Starts tracing. Nothing is registered globally: servers in one process have each their own. What runs within a span is
 * found by asynchronous context, which costs some of the speed, and is why this is not on without an endpoint.
 */
export function startTracing({ endpoint, version, onError }: TracingOptions): Tracing {
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, '')}/v1/traces`,
    timeoutMillis: SEND_WITHIN_MILLISECONDS,
  });
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({ 'service.name': 'medspil', 'service.version': version }),
    spanProcessors: [
      new BatchSpanProcessor(tellingOutages(exporter, onError), {
        maxQueueSize: QUEUED_SPANS,
        maxExportBatchSize: BATCH_SPANS,
        scheduledDelayMillis: SEND_EVERY_MILLISECONDS,
        exportTimeoutMillis: SEND_WITHIN_MILLISECONDS,
      }),
    ],
  });
  const tracer = provider.getTracer('medspil', version);
  const current = new AsyncLocalStorage<Context>();
  const here = () => current.getStore() ?? ROOT_CONTEXT;
  const open = (
    name: string,
    kind: SpanKind,
    attributes: SpanAttributes,
    parent: Context,
  ): OpenSpan & { span: Span } => {
    const span = tracer.startSpan(name, { kind, attributes: { ...attributes } }, parent);
    const context = trace.setSpan(parent, span);
    return { span, run: (work) => current.run(context, work), end: (end) => endSpan(span, end) };
  };
  return {
    beginOperation: (name, attributes, parent) => open(name, SpanKind.SERVER, attributes, parentContext(parent)),
    beginStatement: (text) => {
      const parent = here();
      // What belongs to no operation, such as following the log, would be a trace of its own each second.
      if (parent === ROOT_CONTEXT) return () => undefined;
      const attributes = {
        'db.system': 'postgresql',
        'db.system.name': 'postgresql',
        'db.query.text': text.trim().replace(/\s+/g, ' ').slice(0, STATEMENT_CHARACTERS),
      };
      const { end } = open(statementName(text), SpanKind.CLIENT, attributes, parent);
      return (error) => end(error === undefined ? undefined : { error: kindOf(error) });
    },
    beginRequest: (name, attributes) => {
      const { span, run, end } = open(name, SpanKind.CLIENT, attributes, here());
      const { traceId, spanId, traceFlags } = span.spanContext();
      const flags = (traceFlags & TraceFlags.SAMPLED).toString(16).padStart(2, '0');
      return { run, end, headers: { traceparent: `00-${traceId}-${spanId}-${flags}` } };
    },
    stop: async () => {
      const late = new AbortController();
      await Promise.race([
        provider.shutdown().catch(() => undefined),
        delay(STOP_WITHIN_MILLISECONDS, undefined, { signal: late.signal }).catch(() => undefined),
      ]);
      late.abort();
    },
  };
}

const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** What is no parent is passed over, as the specification wants it: the trace begins here. */
function parentContext(parent: TraceParent | undefined): Context {
  const [, traceId = '', spanId = '', flags = ''] = TRACEPARENT.exec(parent?.traceparent ?? '') ?? [];
  if (!isValidTraceId(traceId) || !isValidSpanId(spanId)) return ROOT_CONTEXT;
  const traceState = parent?.tracestate === undefined ? undefined : createTraceState(parent.tracestate);
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
    ...(traceState !== undefined && { traceState }),
  });
}

function endSpan(span: Span, { error, attributes }: SpanEnd = {}): void {
  if (attributes !== undefined) span.setAttributes({ ...attributes });
  if (error !== undefined) {
    span.setAttribute('error.type', error);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}

/** By its first word: SELECT, INSERT, COMMIT. */
function statementName(text: string): string {
  return /[a-z]+/i.exec(text)?.[0].toUpperCase() ?? 'statement';
}

/** The code alone: messages of the database may quote what was sent to it. */
function kindOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return typeof code === 'string' ? code : typeof name === 'string' ? name : 'Error';
}

/** The exporter itself says nothing where nobody has set up its global diagnostics. */
function tellingOutages(exporter: SpanExporter, onError: (error: Error) => void): SpanExporter {
  let failing = false;
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if (result.code === 0) failing = false;
        else if (!failing) {
          failing = true;
          onError(result.error ?? new Error('it did not take them'));
        }
        done(result);
      }),
    shutdown: () => exporter.shutdown(),
    forceFlush: () => exporter.forceFlush?.() ?? Promise.resolve(),
  };
}
