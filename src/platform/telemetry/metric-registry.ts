/** Puts what was counted into the form that Prometheus reads. */
import {
  Counter,
  Gauge,
  Histogram,
  type MetricObjectWithValues,
  type MetricValueWithName,
  Registry,
  collectDefaultMetrics,
} from 'prom-client';
import type { ByLabels, Count, Distribution, LabelValues } from './distribution.js';

interface Description {
  readonly name: string;
  readonly help: string;
  readonly labels?: readonly string[];
}

/** One value of a gauge. */
export interface Reading {
  readonly labels?: LabelValues;
  readonly value: number;
}

/** One server's metrics; servers in one process have each their own. */
export class MetricRegistry {
  private readonly registry = new Registry();

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Everything as it is at this moment, as text. */
  text(): Promise<string> {
    return this.registry.metrics();
  }

  /** What Node tells of its process: memory, processor, event loop, garbage collection. */
  addProcess(): void {
    collectDefaultMetrics({ register: this.registry });
  }

  addDistributions({ name, help, labels = [] }: Description, distributions: ByLabels<Distribution>): void {
    this.registry.registerMetric(new CountedHistogram({ name, help, labels }, distributions));
  }

  addCounts({ name, help, labels = [] }: Description, counts: ByLabels<Count>): void {
    this.addCounter({ name, help, labels }, () =>
      Array.from(counts, ({ labels: values, value }) => ({ labels: values, value: value.value })),
    );
  }

  /** @param read gives how often it happened since the start */
  addCounter({ name, help, labels = [] }: Description, read: () => readonly Reading[]): void {
    new Counter({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      collect() {
        this.reset();
        for (const { labels: values = [], value } of read()) this.inc(named(labels, values), value);
      },
    });
  }

  /** @param read gives what there is now; nothing where that is not known, and then the metric has no value */
  addGauge(
    { name, help, labels = [] }: Description,
    read: () => readonly Reading[] | Promise<readonly Reading[]>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: labels,
      registers: [this.registry],
      async collect() {
        const readings = await read();
        this.reset();
        // Without labels a reset gauge says 0, which would be a claim.
        if (readings.length === 0 && labels.length === 0) this.remove();
        for (const { labels: values = [], value } of readings) this.set(named(labels, values), value);
      },
    });
  }
}

function named(names: readonly string[], values: LabelValues): Record<string, string> {
  return Object.fromEntries(names.map((name, place) => [name, values[place] ?? '']));
}

/** A histogram whose observations were counted elsewhere. */
class CountedHistogram extends Histogram<string> {
  constructor(
    private readonly description: Required<Description>,
    private readonly distributions: ByLabels<Distribution>,
  ) {
    const { name, help, labels } = description;
    super({ name, help, labelNames: labels, registers: [] });
  }

  override async get(): Promise<MetricObjectWithValues<MetricValueWithName<string>>> {
    const { name, help, labels: names } = this.description;
    const values: MetricValueWithName<string>[] = [];
    for (const { labels: given, value } of this.distributions) {
      const labels = named(names, given);
      let count = 0;
      value.counts.forEach((more, place) => {
        count += more;
        const bound = value.bounds[place] ?? '+Inf';
        values.push({ labels: { ...labels, le: bound }, value: count, metricName: `${name}_bucket` });
      });
      values.push({ labels, value: value.sum, metricName: `${name}_sum` });
      values.push({ labels, value: count, metricName: `${name}_count` });
    }
    return { name, help, type: 'histogram' as never, values, aggregator: 'sum', collect: undefined as never };
  }

  /** As the registry asks for it where there is such a method. */
  getForPromString(): ReturnType<CountedHistogram['get']> {
    return this.get();
  }
}
