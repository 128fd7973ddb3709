/** GraphQL over HTTP, at `/graphql`: Apollo Server for the protocol, our own engine for the operations. */
import type { ServerResponse } from 'node:http';
import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLRequestContext } from '@apollo/server';
import { ApolloServerErrorCode } from '@apollo/server/errors';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse, type DocumentNode, type FormattedExecutionResult, type GraphQLFormattedError } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { Caller } from '../graphql/caller.js';
import { isSubscription, type GraphqlEngine } from '../graphql/engine.js';
import { asGraphQLError, statusOf } from '../graphql/errors.js';
import { isPrepared } from '../graphql/prepare-operation.js';
import { acceptsGraphqlResponse, GRAPHQL_RESPONSE_TYPE } from './media-type.js';
import { callerOf, parametersOf, QUERY_COST_HEADER } from './operation-source.js';
import { HttpError } from './request-errors.js';
import './request-viewer.js';
import { parseUrl } from '../../common/url.js';

interface ApolloContext {
  readonly caller: Caller;
  /** As sent, whatever it is. */
  readonly documentId: unknown;
  readonly queryCost: unknown;
  /** Closes early when the client leaves. */
  readonly reply: ServerResponse;
}

/** Adds the route. `close` must be called once no more requests come. */
export async function registerHttp(
  server: FastifyInstance,
  engine: GraphqlEngine,
): Promise<{ close: () => Promise<void> }> {
  const apollo = new ApolloServer<ApolloContext>({
    schema: engine.schema,
    plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled(), enginePlugin(engine)],
    logger: server.log,
    introspection: true,
    csrfPrevention: true,
    persistedQueries: false,
    // The engine remembers documents itself, for all transports.
    documentStore: null,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    // Apollo adds a line feed, for which V8 copies the whole text once more.
    stringifyResult: (result) => JSON.stringify(result),
    formatError: (formatted, error) => presentApolloError(engine, formatted, error),
  });
  await apollo.start();
  server.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    onRequest: ({ host }, _reply, done) => {
      // The handler makes a URL of it.
      if (parseUrl(`http://${host}/`) !== null) done();
      else done(new HttpError(400, 'The Host header is no host name.'));
    },
    preHandler: (request, _reply, done) => {
      insertPlaceholder(request);
      done();
    },
    handler: fastifyApolloHandler(apollo, { context: contextOf }),
  });
  server.route({
    method: ['PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    url: '/graphql',
    handler: (_request, reply) => reply.code(405).header('allow', 'GET, POST').send(),
  });
  return { close: () => apollo.stop() };
}

async function contextOf(request: FastifyRequest, reply: FastifyReply): Promise<ApolloContext> {
  return {
    caller: callerOf(request, 'http'),
    documentId: parametersOf(request)?.['documentId'],
    queryCost: request.headers[QUERY_COST_HEADER],
    reply: reply.raw,
  };
}

/** What stands for a document that is named by its id: Apollo does not go on without any text. */
const PLACEHOLDER = 'documentId';

function insertPlaceholder(request: FastifyRequest): void {
  const parameters = parametersOf(request);
  if (parameters?.['documentId'] == null || parameters['query']) return;
  if (request.method === 'POST') parameters['query'] = PLACEHOLDER;
  else request.raw.url = `${request.url}&query=${PLACEHOLDER}`;
}

const NOTHING = parse('{ __typename }');

/**
 * Puts the engine in the place of Apollo's own parsing, validation and execution. Apollo does none of them for a request
 * that has its document before they begin and its response after; a document that is refused is replaced by an empty
 * one, which never runs because the response, with the errors, is given instead.
 */
function enginePlugin(engine: GraphqlEngine): ApolloServerPlugin<ApolloContext> {
  return {
    async requestDidStart() {
      let preparation: ReturnType<GraphqlEngine['prepare']>;
      return {
        async didResolveSource(requestContext) {
          const { operationName, variables } = requestContext.request;
          const { caller, documentId, queryCost } = requestContext.contextValue;
          const query = requestContext.source === PLACEHOLDER ? undefined : requestContext.source;
          preparation = engine.prepare({ query, documentId, operationName, variables, queryCost }, caller);
          (requestContext as { document: DocumentNode }).document = isPrepared(preparation)
            ? preparation.document
            : NOTHING;
        },
        async responseForOperation(requestContext) {
          return response(requestContext, await answer(engine, preparation, requestContext.contextValue));
        },
      };
    },
  };
}

async function answer(
  engine: GraphqlEngine,
  preparation: ReturnType<GraphqlEngine['prepare']>,
  { caller, reply }: ApolloContext,
): Promise<FormattedExecutionResult> {
  if (!isPrepared(preparation)) return engine.refuse(preparation, caller);
  if (!isSubscription(preparation)) {
    return engine.run(preparation, caller, (onLeave) => {
      reply.once('close', onLeave);
      return () => reply.off('close', onLeave);
    });
  }
  const message =
    'Subscriptions go by WebSocket (graphql-transport-ws, at /graphql) or as server-sent events (at /graphql/stream).';
  return engine.refusePrepared(preparation, requestError('BAD_USER_INPUT', message));
}

function response({ request }: GraphQLRequestContext<ApolloContext>, result: FormattedExecutionResult) {
  const modern = acceptsGraphqlResponse(request.http?.headers.get('accept'));
  const headers = new HeaderMap();
  if (modern) headers.set('content-type', GRAPHQL_RESPONSE_TYPE);
  const refused = result.data === undefined;
  const retryAfter = result.errors?.[0]?.extensions?.['retryAfter'];
  if (typeof retryAfter === 'number') headers.set('retry-after', String(retryAfter));
  return {
    http: { status: modern && refused ? statusOf(result.errors ?? []) : 200, headers },
    body: { kind: 'single' as const, singleResult: result },
  };
}

/** What Apollo refuses by itself: malformed requests, those that another site may have forged, stored queries. */
function presentApolloError(
  engine: GraphqlEngine,
  formatted: GraphQLFormattedError,
  error: unknown,
): GraphQLFormattedError {
  switch (formatted.extensions?.['code']) {
    case ApolloServerErrorCode.BAD_REQUEST:
      return { ...formatted, extensions: { code: 'BAD_USER_INPUT' } };
    case ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED:
      // Clients know this code, and send the whole query when they meet it.
      return formatted;
    default:
      return engine.presentErrors([asGraphQLError(error)])[0]!;
  }
}
