/** Who sent a request. */
import type { FastifyInstance } from 'fastify';
import type { Authenticate } from '../auth/authenticate.js';
import type { Viewer } from '../auth/viewer.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by {@link registerRequestViewer} before the body is read. */
    viewer: Viewer;
  }
}

/** Gives every request of this scope its viewer; one with a bad credential is refused with 401. */
export function registerRequestViewer(scope: FastifyInstance, authenticate: Authenticate): void {
  scope.decorateRequest<Viewer | null>('viewer', null);
  scope.addHook('onRequest', async (request) => {
    request.viewer = await authenticate(request.headers.authorization);
  });
}
