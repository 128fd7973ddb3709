/** By what a request, and everything that is logged and traced of it, is known again. */
import { randomUUID } from 'node:crypto';
import type { Transport } from './measures.js';
import type { TraceParent } from './tracing.js';

export interface RequestOrigin {
  readonly transport: Transport;
  /** Of an HTTP request; told to its client in the header `x-request-id`. */
  readonly requestId?: string;
  /** Of a WebSocket, with the client's own id of the operation on it. */
  readonly connectionId?: string;
  readonly operationId?: string;
  readonly trace?: TraceParent | undefined;
}

/** What lines of the log have of it. */
export function logFields(origin: RequestOrigin | undefined): object {
  if (origin === undefined) return {};
  const { requestId, connectionId, operationId } = origin;
  return requestId !== undefined ? { requestId } : { connectionId, operationId };
}

export const REQUEST_ID_HEADER = 'x-request-id';

/** Long enough for every usual kind of id, and without anything that means something in a log or a header. */
const SANE_REQUEST_ID = /^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/;

/** The id that a proxy or client gave a request, where it is fit to be repeated, or a new one. */
export function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && SANE_REQUEST_ID.test(given) ? given : randomUUID();
}

/** The parent that a request names; undefined without one. */
export function traceParentOf(headers: Readonly<Record<string, unknown>>): TraceParent | undefined {
  const { traceparent, tracestate } = headers;
  if (typeof traceparent !== 'string') return undefined;
  return { traceparent, tracestate: typeof tracestate === 'string' ? tracestate : undefined };
}
