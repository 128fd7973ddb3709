// What apollo.js and urql.js have in common: a subscription that resumes, as their observers want it.

/**
 * Follows a subscription and hands each event to an observer, as the result of an operation.
 *
 * @param {object} options
 * @param {(options: object) => AsyncIterable<import('../resume/resume.js').Step>} options.follow  of ../resume/websocket.js
 *   or ../resume/sse.js
 * @param {string} options.url  of the server
 * @param {string} [options.key]
 * @param {import('graphql').DocumentNode} options.document  of the subscription, which is the `query`
 * @param {string} options.query  the same as text; selects `id` and `cursor` of the event and has the variable `$after`
 * @param {{ after?: string }} [options.variables]
 * @param {() => void} options.onAnew  hears that there was no cursor to go on from: what is shown is to be read anew
 * @param {{ next(result: object): void, error(reason: Error): void, complete(): void }} observer
 * @returns {() => void}  stops it
 */
export function observe({ follow, document, onAnew, ...options }, observer) {
  const stop = new AbortController();
  const [{ alias, name }] = document.definitions[0].selectionSet.selections;
  const field = (alias ?? name).value;
  const run = async () => {
    for await (const { event } of follow({ ...options, cursor: options.variables?.after, signal: stop.signal })) {
      if (event) observer.next({ data: { [field]: event } });
      else onAnew();
    }
    observer.complete();
  };
  run().catch((reason) => observer.error(reason));
  return () => stop.abort();
}
