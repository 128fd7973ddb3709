import { afterEach, expect, test, vi } from 'vitest';
import { RepeatedTask } from '../../src/platform/log/repeated-task.js';
import { until } from '../helpers/until.js';

let task: RepeatedTask;
const errors: Error[] = [];

afterEach(async () => {
  await task.stop();
  vi.useRealTimers();
  errors.length = 0;
});

function taskOf(work: () => Promise<void>): RepeatedTask {
  task = new RepeatedTask({ work, interval: 1000, onError: (error) => errors.push(error) });
  return task;
}

/** Work that goes on until it is told to end. */
function gatedWork() {
  const gates: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => gates.push(resolve));
  return { gates, work };
}

test('calls made while it works share one run that begins after them', async () => {
  const { gates, work } = gatedWork();
  const task = taskOf(work);
  const first = task.run();
  await until(() => expect(gates).toHaveLength(1));
  let over = 0;
  const later = Array.from({ length: 10 }, () => task.run().then(() => over++));
  gates[0]!();
  await first;
  await until(() => expect(gates).toHaveLength(2));
  expect(over).toBe(0);
  gates[1]!();
  await Promise.all(later);
  expect(gates).toHaveLength(2);
});

test('runs at intervals, also after a failure, and reports an outage once', async () => {
  vi.useFakeTimers();
  let outage = true;
  let runs = 0;
  const task = taskOf(async () => {
    runs++;
    if (outage) throw new Error('away');
  });
  task.start();
  await vi.advanceTimersByTimeAsync(5000);
  expect(runs).toBeGreaterThanOrEqual(4);
  expect(errors.map((error) => error.message)).toEqual(['away']);
  outage = false;
  await vi.advanceTimersByTimeAsync(5000);
  outage = true;
  await vi.advanceTimersByTimeAsync(5000);
  expect(errors).toHaveLength(2);
});

test('who waits for a run hears that it failed', async () => {
  await expect(taskOf(() => Promise.reject(new Error('away'))).run()).rejects.toThrow('away');
});

test('stop waits for the work and lets nothing follow', async () => {
  vi.useFakeTimers();
  const { gates, work } = gatedWork();
  const task = taskOf(work);
  task.start();
  await vi.advanceTimersByTimeAsync(1250);
  expect(gates).toHaveLength(1);
  let stopped = false;
  const stopping = task.stop().then(() => (stopped = true));
  await vi.advanceTimersByTimeAsync(5000);
  expect(stopped).toBe(false);
  gates[0]!();
  await stopping;
  task.request();
  await vi.advanceTimersByTimeAsync(5000);
  expect(gates).toHaveLength(1);
  expect(vi.getTimerCount()).toBe(0);
});
