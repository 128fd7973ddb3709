/** Whether the process lives, and whether it should be given requests. */
import type { FastifyInstance } from 'fastify';

const READY_WITHIN_MILLISECONDS = 2_000;

/**
 * Adds `/healthz`, which answers as long as the process does, and `/readyz`, which answers 503 while the server starts,
 * while it stops, and when `isReady` says no, throws, or takes longer than two seconds.
 */
export function registerHealth(server: FastifyInstance, isReady: () => Promise<boolean>): void {
  server.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'live' }));
  server.get('/readyz', async (_request, reply) => {
    const ready = await within(READY_WITHIN_MILLISECONDS, isReady);
    reply.header('cache-control', 'no-store').code(ready ? 200 : 503);
    return { status: ready ? 'ready' : 'unavailable' };
  });
}

async function within(milliseconds: number, isReady: () => Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
  });
  try {
    return await Promise.race([isReady(), late]);
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
  }
}
