/** What is counted by hand comes out as prom-client's own metrics would. */
import fc from 'fast-check';
import { Histogram, Registry } from 'prom-client';
import { describe, expect, it } from 'vitest';
import { ByLabels, counts, distributions } from '../../src/platform/telemetry/distribution.js';
import { MetricRegistry } from '../../src/platform/telemetry/metric-registry.js';
import { requestIdOf, traceParentOf } from '../../src/platform/telemetry/request-origin.js';
import { parseMetrics } from '../helpers/metrics.js';

const BOUNDS = [0.1, 1, 10];
const value = fc.oneof(fc.constantFrom(0, ...BOUNDS), fc.double({ min: 0, max: 20, noNaN: true }));

it('a distribution is written as the same histogram of prom-client', async () => {
  const observation = fc.tuple(fc.constantFrom('a', 'b'), fc.constantFrom('x', 'y z'), value);
  await fc.assert(
    fc.asyncProperty(fc.array(observation, { maxLength: 30 }), async (observations) => {
      const theirs = new Registry();
      const labelNames = ['first', 'second'];
      const histogram = new Histogram({ name: 'h', help: 'help', labelNames, buckets: BOUNDS, registers: [theirs] });
      const ours = new MetricRegistry();
      const family = distributions(BOUNDS);
      ours.addDistributions({ name: 'h', help: 'help', labels: labelNames }, family);
      for (const [first, second, seconds] of observations) {
        histogram.observe({ first, second }, seconds);
        family.of(first, second).observe(seconds);
      }
      // In any order, labels as well.
      const plain = (text: string) =>
        parseMetrics(text)
          .samples.map(
            ({ name, labels, value }) => `${name} ${Object.entries(labels).sort().join()} ${value.toFixed(9)}`,
          )
          .sort();
      expect(plain(await ours.text())).toEqual(plain(await theirs.metrics()));
    }),
    { numRuns: 50 },
  );
});

describe('a gauge', () => {
  const textOf = async (readings: { labels?: string[]; value: number }[], labels?: string[]) => {
    const registry = new MetricRegistry();
    registry.addGauge({ name: 'g', help: 'help', ...(labels && { labels }) }, () => readings);
    return (await registry.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  };

  it('says what there is', async () => {
    expect(await textOf([{ value: 3 }])).toEqual(['g 3']);
    expect(await textOf([{ labels: ['a"b\\c'], value: 1 }], ['name'])).toEqual(['g{name="a\\"b\\\\c"} 1']);
  });

  it('says nothing where nothing is known', async () => {
    expect(await textOf([])).toEqual([]);
    expect(await textOf([], ['name'])).toEqual([]);
  });
});

it('a counter is read anew each time', async () => {
  const registry = new MetricRegistry();
  const family = counts();
  registry.addCounts({ name: 'c_total', help: 'help', labels: ['kind'] }, family);
  family.of('one').value += 2;
  expect(await registry.text()).toContain('c_total{kind="one"} 2');
  family.of('one').value += 1;
  expect(await registry.text()).toContain('c_total{kind="one"} 3');
});

it('servers in one process have metrics of their own', async () => {
  const [first, second] = [new MetricRegistry(), new MetricRegistry()];
  for (const [registry, amount] of [
    [first, 1],
    [second, 2],
  ] as const) {
    registry.addGauge({ name: 'same', help: 'help' }, () => [{ value: amount }]);
    registry.addProcess();
  }
  expect(await first.text()).toContain('same 1');
  expect(await second.text()).toContain('same 2');
});

it('what is counted by labels is one thing for the same labels', () => {
  const family = new ByLabels(() => ({}));
  expect(family.of('a', 'b')).toBe(family.of('a', 'b'));
  expect(family.of('a', 'b')).not.toBe(family.of('b', 'a'));
  expect([...family].map(({ labels }) => labels)).toEqual([
    ['a', 'b'],
    ['b', 'a'],
  ]);
});

describe('what a request is known by', () => {
  it('is fit to stand in a log and in a header, whatever came', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String()), (given) => {
        expect(requestIdOf(given)).toMatch(/^[A-Za-z0-9][\w.:-]{0,127}$/);
      }),
    );
    expect(requestIdOf('01J8-x.y:z')).toBe('01J8-x.y:z');
    expect(requestIdOf(['a', 'b'])).not.toBe('a');
  });

  it('has a trace only where one was named', () => {
    expect(traceParentOf({})).toBeUndefined();
    expect(traceParentOf({ traceparent: ['a'] })).toBeUndefined();
    expect(traceParentOf({ traceparent: 'a', tracestate: 'b=c' })).toEqual({ traceparent: 'a', tracestate: 'b=c' });
  });
});
