/**
 * Has the next one made while the last one is worked on, so that the database and this process work at the same time; one
 * ahead and no more.
 */
export async function* ahead<Value>(values: AsyncIterable<Value>): AsyncGenerator<Value> {
  const iterator = values[Symbol.asyncIterator]();
  let next = begin(iterator);
  try {
    for (;;) {
      const { done, value } = await next;
      if (done) return;
      next = begin(iterator);
      yield value;
    }
  } finally {
    // Who stops in the middle has not asked for what is under way, and does not wait for it either.
    void iterator.return?.().catch(() => undefined);
  }
}

function begin<Value>(iterator: AsyncIterator<Value>): Promise<IteratorResult<Value>> {
  const next = iterator.next();
  // It fails where it is waited for; until then nobody does.
  next.catch(() => undefined);
  return next;
}
