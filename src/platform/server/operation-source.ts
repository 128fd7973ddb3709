/** Where in an HTTP request its operation stands. */
import type { FastifyRequest } from 'fastify';
import type { Caller } from '../graphql/caller.js';
import type { Transport } from '../telemetry/measures.js';
import { traceParentOf } from '../telemetry/request-origin.js';
import './request-viewer.js';

/** Asks for an operation's cost instead of its result; its value is `dry-run`. */
export const QUERY_COST_HEADER = 'x-query-cost';

/** The parameters of a GraphQL request: of the URL by GET, of the body by POST; undefined when the body is no object. */
export function parametersOf({ method, query, body }: FastifyRequest): Record<string, unknown> | undefined {
  const source = method === 'GET' ? query : body;
  return typeof source === 'object' && source !== null && !Array.isArray(source)
    ? (source as Record<string, unknown>)
    : undefined;
}

export function callerOf({ viewer, clientAddress, id, headers }: FastifyRequest, transport: Transport): Caller {
  return { viewer, address: clientAddress, origin: { transport, requestId: id, trace: traceParentOf(headers) } };
}
