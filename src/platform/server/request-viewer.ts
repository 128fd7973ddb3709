/** Who sent a request, and from where. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { ANONYMOUS, type Viewer } from '../auth/viewer.js';
import type { GraphqlEngine } from '../graphql/engine.js';
import type { ClientAddress } from './client-address.js';
import { MAXIMUM_BODY_BYTES } from './request-errors.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link registerRequestViewer} before the body is read. */
    viewer: Viewer;
    /** The address of the client, also behind a trusted proxy; set before the viewer. */
    clientAddress: string;
  }
}

/** Gives every request of this scope its viewer; one with a bad credential is refused with 401, one too many with 429. */
export function registerRequestViewer(
  scope: FastifyInstance,
  { entrance }: GraphqlEngine,
  clientAddress: ClientAddress,
): void {
  scope.decorateRequest('clientAddress', '');
  scope.decorateRequest<Viewer | null>('viewer', null);
  // Without a promise where there is nothing to wait for: most who read come without a credential.
  scope.addHook('onRequest', (request, _reply, done) => {
    const { authorization } = request.headers;
    const enter = (viewer: Viewer) => {
      request.viewer = viewer;
      entrance.weigh({ viewer, address: request.clientAddress }, bodyBytes(request));
      done();
    };
    const refuse = (error: Error) => {
      if (error instanceof GraphQLError) void entrance.hold([error]).then(() => done(error));
      else done(error);
    };
    try {
      request.clientAddress = clientAddress(request.raw);
      if (authorization === undefined) enter(ANONYMOUS);
      else void entrance.identify(authorization, request.clientAddress).then(enter).catch(refuse);
    } catch (error) {
      refuse(error as Error);
    }
  });
}

/** How much is going to be read; as much as can be where that is not told. */
function bodyBytes({ headers }: FastifyRequest): number {
  if (headers['transfer-encoding'] !== undefined) return MAXIMUM_BODY_BYTES;
  return Math.min(Number(headers['content-length'] ?? 0), MAXIMUM_BODY_BYTES);
}
