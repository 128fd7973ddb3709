import { basename } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

// The editor (Monaco) writes <style> elements and has no way to give them a nonce, hence 'unsafe-inline' for styles.
// Its fonts and a few images are data: URLs inside the style sheet.
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "font-src 'self' data:",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const HASHED_NAME = /-[A-Z0-9]{8}\.(js|css)(\.br|\.gz)?$/;

/**
 * Serves the GraphQL explorer: its page at `/graphiql`, its files below `/graphiql/`.
 *
 * @param directory absolute path of the built explorer (`dist/explorer`)
 */
export async function registerExplorer(server: FastifyInstance, directory: string): Promise<void> {
  await server.register(async (scope) => {
    // On every file, not on the page alone: a worker obeys the policy of its own response.
    scope.addHook('onRequest', async (_request, reply) => {
      reply.headers({
        'content-security-policy': CONTENT_SECURITY_POLICY,
        'referrer-policy': 'no-referrer',
        'x-content-type-options': 'nosniff',
        vary: ['accept-encoding', ...(reply.hasHeader('vary') ? [reply.getHeader('vary')] : [])].join(', '),
      });
    });

    await scope.register(fastifyStatic, {
      root: directory,
      prefix: '/graphiql/',
      index: false,
      allowedPath: (path) => path !== '/index.html',
      preCompressed: true,
      cacheControl: false,
      setHeaders(response, path) {
        const lasting = HASHED_NAME.test(basename(path));
        response.setHeader('cache-control', lasting ? 'public, max-age=31536000, immutable' : 'no-cache');
      },
    });

    scope.get('/graphiql', (_request, reply) => reply.sendFile('index.html'));

    // The page's addresses are relative to `/graphiql`, so that it also works behind a proxy that adds a prefix.
    scope.get('/graphiql/', (_request, reply) => reply.redirect('../graphiql', 308));
  });
}
