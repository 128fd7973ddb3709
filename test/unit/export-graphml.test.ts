/** Texts in GraphML, whatever is in them. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { ExportSource } from '../../src/modules/exports/export-format.js';
import { GRAPHML } from '../../src/modules/exports/graphml.js';
import { readGraphml } from '../helpers/export-readers.js';

const organisation = { id: 'o', kind: 'PARTNER', name: 'A & B', country: 'DK', sector: 'PRIVATE', agencyId: null };

async function write(documents: object[]): Promise<Buffer> {
  const source = { tombstones: [] } as unknown as ExportSource;
  const batch = documents.map((document, place) => ({ id: String(place), document: JSON.stringify(document) }));
  const records = (async function* () {
    yield batch;
  })();
  let text = '';
  for await (const part of GRAPHML.write(records, source)) text += String(part);
  return Buffer.from(text);
}

const lesson = (id: string, more: object) => ({
  ...{ id, recordKind: 'LESSON', title: 'A lesson', organisation, recommendations: [], themes: [], links: [] },
  ...{ adoptions: [], evidence: [] },
  ...more,
});

it('are what they were, but for what XML has no place for', async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary', minLength: 1 }), async (title) => {
      const { nodes } = readGraphml(await write([lesson('a', { title: `${title}.` })]));
      const allowed = [...`${title}.`].map((character) =>
        /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u.test(character) ? '\ufffd' : character,
      );
      expect(nodes[0]!['label']).toBe(allowed.join(''));
    }),
    { numRuns: 200 },
  );
});

it('leaves no edge without its ends, and makes no node twice', async () => {
  const end = (id: string) => ({ id, recordKind: 'LESSON', slug: id, title: `The ${id}`, url: `https://x/${id}` });
  const link = (id: string, from: string, to: string) => ({ id, from: end(from), to: end(to), relation: 'CONTINUES' });
  const [ab, ca, az] = [link('1', 'a', 'b'), link('2', 'c', 'a'), link('3', 'a', 'z')];
  const { nodes, edges } = readGraphml(
    await write([lesson('a', { links: [ab, ca, az] }), lesson('b', { links: [ab] }), lesson('c', { links: [ca] })]),
  );
  expect(nodes.map(({ id }) => id)).toEqual(['a', 'o', 'b', 'c', 'z']);
  expect(nodes.at(-1)).toEqual({
    ...{ id: 'z', type: 'LESSON', label: 'The z', slug: 'z' },
    url: 'https://x/z',
    outside: true,
  });
  expect(edges.filter(({ type }) => type === 'LINK').map(({ id }) => id)).toEqual(['1', '2', '3']);
});
