/** Does something for thousands of connections with room for other work between. */
import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';

/** Some five milliseconds' work. */
const SLICE = 500;
const SLICES_OF_A_CLOSE = 50;
const SMALLEST_SLICE_OF_A_CLOSE = 100;
/** Mean time between two slices of a close. */
const PAUSE_MILLISECONDS = 100;

export async function inSlices<Item>(items: Iterable<Item>, work: (item: Item) => void): Promise<void> {
  let done = 0;
  for (const item of [...items]) {
    work(item);
    done += 1;
    if (done % SLICE === 0) await turn();
  }
}

/**
 * The same for connections that are closed, whose clients come again elsewhere: a hundred at once, thousands over some
 * five seconds and never more than 7.5, at times that vary.
 */
export async function closeInSlices<Item>(items: Iterable<Item>, close: (item: Item) => void): Promise<void> {
  const all = [...items];
  const size = Math.max(SMALLEST_SLICE_OF_A_CLOSE, Math.ceil(all.length / SLICES_OF_A_CLOSE));
  for (let start = 0; start < all.length; start += size) {
    if (start > 0) await delay(PAUSE_MILLISECONDS * (0.5 + Math.random()));
    for (const item of all.slice(start, start + size)) close(item);
  }
}
