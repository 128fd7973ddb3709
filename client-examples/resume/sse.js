// Follows a subscription over server-sent events, whatever happens to the connection: graphql-sse with what it takes to go
// on. The last cursor goes along as a variable; an EventSource would send it as Last-Event-ID, which does the same.
import { createClient } from 'graphql-sse';
import { resume } from './resume.js';

/** The server lets itself be heard every 12 seconds: who hears nothing for this long is cut off. */
const SILENCE = 30_000;

/**
 * @param {object} options  `url` of the server, `key` if there is one, and those of {@link resume}, which says the rest
 * @returns {AsyncGenerator<import('./resume.js').Step>}
 */
export function follow({ url, key, signal, ...subscription }) {
  const client = createClient({
    url: `${url}/graphql/stream`,
    headers: key && { authorization: `Bearer ${key}` },
    fetchFn: fetchAlive,
    // Its own way of trying again sends the variables as they were at first, and takes a broken stream for a final error.
    retryAttempts: 0,
  });
  signal.addEventListener('abort', () => client.dispose());
  return resume({ ...subscription, signal, iterate: (operation) => client.iterate(operation) });
}

/** A fetch whose stream fails when it falls silent or just ends: graphql-sse might wait for ever for what comes next. */
async function fetchAlive(url, options) {
  const silent = new AbortController();
  const fallSilent = () => silent.abort(new Error(`Nothing was heard for ${SILENCE / 1_000} s`));
  let timer = setTimeout(fallSilent, SILENCE).unref();
  const response = await fetch(url, { ...options, signal: AbortSignal.any([options.signal, silent.signal]) });
  const watched = response.body.pipeThrough(
    new TransformStream({
      transform(chunk, controller) {
        clearTimeout(timer);
        timer = setTimeout(fallSilent, SILENCE).unref();
        controller.enqueue(chunk);
      },
      flush() {
        throw new Error('The stream ended');
      },
    }),
  );
  return new Response(watched, response);
}
