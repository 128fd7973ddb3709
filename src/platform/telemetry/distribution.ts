/**
 * Counting on the way of every request, in some nanoseconds each. prom-client's own metrics check and hash the labels of
 * each observation, which took as long as a tenth of a small query; what is here is put into its form when somebody asks.
 */

/** How often values fell below each of some bounds, and their sum. */
export class Distribution {
  /** One more than the bounds: the last is of what lies above them all. */
  readonly counts: number[];
  sum = 0;

  /** @param bounds ascending; a value that equals one is below it */
  constructor(readonly bounds: readonly number[]) {
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const { bounds, counts } = this;
    let place = 0;
    while (place < bounds.length && value > bounds[place]!) place += 1;
    counts[place]! += 1;
    this.sum += value;
  }
}

/** Values of the labels of one kind of thing, in the order of their names. */
export type LabelValues = readonly string[];

/**
 * Something for each combination of labels that was met. The labels must come from a bounded set: codes, types, names from
 * this program, never anything that a client can choose.
 */
export class ByLabels<Value> {
  private readonly entries = new Map<string, { readonly labels: LabelValues; value: Value }>();

  constructor(private readonly make: () => Value) {}

  /** What is counted under these labels; made when it is the first time. */
  of(...labels: LabelValues): Value {
    const key = labels.length === 1 ? labels[0]! : labels.join(' ');
    let entry = this.entries.get(key);
    if (entry === undefined) this.entries.set(key, (entry = { labels, value: this.make() }));
    return entry.value;
  }

  [Symbol.iterator](): IterableIterator<{ readonly labels: LabelValues; readonly value: Value }> {
    return this.entries.values();
  }
}

/** How often something happened. */
export class Count {
  value = 0;
}

export function distributions(bounds: readonly number[]): ByLabels<Distribution> {
  return new ByLabels(() => new Distribution(bounds));
}

export function counts(): ByLabels<Count> {
  return new ByLabels(() => new Count());
}
