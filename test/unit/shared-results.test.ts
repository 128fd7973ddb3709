/** Results of events are worked out once for all who see the same, for as long as that is what there is to see. */
import { describe, expect, it } from 'vitest';
import { EventPayload } from '../../src/platform/graphql/event-payload.js';
import { SharedResults } from '../../src/platform/graphql/shared-results.js';

function start(characters = 1) {
  const shared = new SharedResults();
  const worked: string[] = [];
  const get = (revision: object, keys: readonly string[]) =>
    shared.get(keys, revision, (indexes) =>
      indexes.map(async (index) => {
        worked.push(keys[index]!);
        return new EventPayload({ data: { key: keys[index], text: 'x'.repeat(characters) } }, undefined, 1);
      }),
    );
  return { get, worked };
}

const now = {};

describe('results', () => {
  it('are worked out once, also by those who ask at the same time', async () => {
    const { get, worked } = start();
    const [first, second] = await Promise.all([get(now, ['a', 'b']), get(now, ['b', 'c'])]);
    const third = await get(now, ['c', 'a']);
    expect(worked).toEqual(['a', 'b', 'c']);
    expect([second[0], third[1], third[0]]).toEqual([first[1], first[0], second[1]]);
    expect(second.map(({ json }) => JSON.parse(json).data.key)).toEqual(['b', 'c']);
  });

  it('are worked out anew when something happened since, and when those before failed', async () => {
    const { get, worked } = start();
    await get(now, ['a']);
    await get({}, ['a']);
    expect(worked).toEqual(['a', 'a']);
    const shared = new SharedResults();
    const fails = () => [Promise.reject(new Error('the database is gone'))];
    await expect(shared.get(['a'], now, fails)).rejects.toThrow('the database is gone');
    const payload = new EventPayload({ data: {} }, undefined, 1);
    expect(await shared.get(['a'], now, () => [Promise.resolve(payload)])).toEqual([payload]);
  });

  it('are worked out anew when there were too many large ones since', async () => {
    const { get, worked } = start(1_000_000);
    const keys = Array.from({ length: 6 }, (_, n) => String(n));
    for (const key of keys) await get(now, [key]);
    await get(now, keys);
    expect(worked).toEqual(keys);
    await get(now, ['7', '8']);
    await get(now, keys);
    expect(worked).toHaveLength(14);
  });
});
