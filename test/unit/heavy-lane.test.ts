import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HeavyLane } from '../../src/platform/graphql/heavy-lane.js';
import { until } from '../helpers/until.js';

const AT_A_TIME = 2;
const WAITING_PER_CALLER = 100;
const WAITING = 1_000;

/** A lane with work that ends when the test says so. */
class Track {
  private readonly lane = new HeavyLane();
  /** What began, in order, and what runs at this moment: `caller number`. */
  readonly begun: string[] = [];
  readonly running = new Map<string, { end: () => void; fail: () => void }>();
  readonly refused: string[] = [];
  readonly ended: string[] = [];
  readonly failed: string[] = [];
  most = 0;

  send(caller: string, name: string): void {
    const work = () =>
      new Promise<string>((resolve, reject) => {
        this.begun.push(name);
        this.running.set(name, { end: () => resolve(name), fail: () => reject(new Error(name)) });
        this.most = Math.max(this.most, this.running.size);
      }).finally(() => this.running.delete(name));
    this.lane.run(caller, work).then(
      (result) => this.ended.push(result),
      (error) => (error.extensions?.code === 'RATE_LIMITED' ? this.refused : this.failed).push(name),
    );
  }

  /** Ends one of those that run. */
  settle(index = 0, how: 'end' | 'fail' = 'end'): void {
    [...this.running.values()][index % Math.max(1, this.running.size)]?.[how]();
  }

  /** Ends all, one after the other, until nothing begins any more. */
  async empty(): Promise<void> {
    while (this.running.size > 0) {
      this.settle();
      await turn();
      await turn();
    }
  }
}

describe('large operations', () => {
  it('run as few at a time as may, and the next when one ends', async () => {
    const track = new Track();
    for (const name of ['a1', 'a2', 'a3', 'a4']) track.send('a', name);
    await turn();
    expect(track.begun).toEqual(['a1', 'a2']);
    track.settle();
    await until(() => expect(track.begun).toEqual(['a1', 'a2', 'a3']));
    await track.empty();
    expect(track.ended.sort()).toEqual(['a1', 'a2', 'a3', 'a4']);
    expect(track.most).toBe(AT_A_TIME);
  });

  it('take turns by caller, whoever has the most of them', async () => {
    const track = new Track();
    for (let n = 1; n <= 5; n += 1) track.send('greedy', `greedy ${n}`);
    for (const caller of ['modest', 'third']) for (const n of [1, 2]) track.send(caller, `${caller} ${n}`);
    await track.empty();
    expect(track.begun.slice(2)).toEqual([
      'greedy 3',
      'modest 1',
      'third 1',
      'greedy 4',
      'modest 2',
      'third 2',
      'greedy 5',
    ]);
  });

  it('leave their place when they fail, also before anything is waited for', async () => {
    const lane = new HeavyLane();
    for (let time = 0; time < 3 * AT_A_TIME; time += 1) {
      await expect(lane.run('a', () => Promise.reject(new Error('failed')))).rejects.toThrow('failed');
      const throws = () => {
        throw new Error('thrown');
      };
      await expect(lane.run('a', throws)).rejects.toThrow('thrown');
    }
    expect(await lane.run('a', async () => 'ran')).toBe('ran');
  });

  it('let what is small go first', async () => {
    const track = new Track();
    for (let n = 1; n <= AT_A_TIME + 1; n += 1) track.send('a', `a${n}`);
    track.settle();
    // All that is ready to run without a turn of the event loop.
    for (let time = 0; time < 100; time += 1) await Promise.resolve();
    expect(track.ended).toEqual(['a1']);
    expect(track.begun).toHaveLength(AT_A_TIME);
    await until(() => expect(track.begun).toHaveLength(AT_A_TIME + 1));
    await track.empty();
  });

  it('are refused when too many of one caller wait, not for another', async () => {
    const track = new Track();
    for (let n = 0; n < AT_A_TIME + WAITING_PER_CALLER + 3; n += 1) track.send('greedy', `greedy ${n}`);
    track.send('modest', 'modest');
    await turn();
    expect(track.refused).toEqual(['greedy 102', 'greedy 103', 'greedy 104']);
    await track.empty();
    expect(track.ended).toHaveLength(AT_A_TIME + WAITING_PER_CALLER + 1);
    for (let n = 1; n <= AT_A_TIME + 1; n += 1) track.send('greedy', `greedy again ${n}`);
    await track.empty();
    expect(track.refused).toHaveLength(3);
    expect(track.begun.at(-1)).toBe(`greedy again ${AT_A_TIME + 1}`);
  });

  it('are refused when too many wait in all', async () => {
    const track = new Track();
    for (let n = 0; n < AT_A_TIME + WAITING; n += 1) track.send(`caller ${n % 50}`, `${n}`);
    for (const caller of ['newcomer', 'another']) track.send(caller, caller);
    await turn();
    expect(track.refused).toEqual(['newcomer', 'another']);
    track.settle();
    await until(() => expect(track.begun).toHaveLength(AT_A_TIME + 1));
    track.send('newcomer', 'newcomer again');
    await track.empty();
    expect(track.ended).toContain('newcomer again');
    expect(track.ended).toHaveLength(AT_A_TIME + WAITING + 1);
  });

  it('run never more than as many at a time, and all that were let in, whenever they come, end or fail', async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.record({ do: fc.constant('send' as const), who: fc.nat(4), index: fc.constant(0) }) },
      {
        weight: 2,
        arbitrary: fc.record({ do: fc.constantFrom('end', 'fail'), who: fc.constant(0), index: fc.nat(1) }),
      },
      fc.record({ do: fc.constant('wait' as const), who: fc.constant(0), index: fc.constant(0) }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const track = new Track();
        let sent = 0;
        for (const each of steps) {
          if (each.do === 'send') track.send(`caller ${each.who}`, String((sent += 1)));
          else if (each.do === 'wait') await turn();
          else track.settle(each.index, each.do as 'end' | 'fail');
          expect(track.running.size).toBeLessThanOrEqual(AT_A_TIME);
        }
        await turn();
        await turn();
        await track.empty();
        await turn();
        expect(track.most).toBeLessThanOrEqual(AT_A_TIME);
        expect(track.refused).toEqual([]);
        expect(track.begun).toHaveLength(sent);
        expect(track.ended.length + track.failed.length).toBe(sent);
      }),
    );
  });
});
