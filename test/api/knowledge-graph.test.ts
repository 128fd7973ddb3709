import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import sql from 'sql-template-tag';
import {
  KnowledgeGraphEdgeResolver,
  KnowledgeGraphResolver,
} from '../../src/modules/search/knowledge-graph.resolver.js';
import { KnowledgeGraphService } from '../../src/modules/search/knowledge-graph.service.js';
import { addEvidence, addLink, addOrganisation, addRecord } from '../helpers/knowledge-rows.js';
import { ADMIN, createModuleSchema, type ModuleSchema } from '../helpers/module-schema.js';

let api: ModuleSchema;
let organisation: string;
const names = new Map<string, string>();

beforeAll(async () => {
  api = await createModuleSchema(() => [
    new KnowledgeGraphResolver(new KnowledgeGraphService()),
    new KnowledgeGraphEdgeResolver(),
  ]);
  organisation = await addOrganisation(api.database, 'Et bibliotek');
});

afterAll(() => api?.close());

async function add(title: string, kind: 'CASE_STUDY' | 'EXPERIENCE' | 'LESSON' = 'CASE_STUDY', columns = {}) {
  const id = await addRecord(api.database, { kind, title, organisation, columns });
  names.set(id, title);
  return id;
}

const GRAPH = `query ($from: ID!, $depth: Int, $relations: [LinkRelation!], $first: Int) {
  knowledgeGraph(from: $from, depth: $depth, relations: $relations, first: $first) {
    nodes { id title } edges { from { title } to { title } relation link { id note } } truncated
  }
}`;

async function graph(variables: object, viewer?: typeof ADMIN) {
  const { knowledgeGraph } = await api.data(GRAPH, { ...variables }, viewer);
  return {
    nodes: knowledgeGraph.nodes.map((node: { title: string }) => node.title) as string[],
    edges: knowledgeGraph.edges.map(
      (edge: { from: { title: string }; relation: string; to: { title: string } }) =>
        `${edge.from.title} ${edge.relation} ${edge.to.title}`,
    ) as string[],
    truncated: knowledgeGraph.truncated as boolean,
  };
}

test('a walk goes along links both ways, ends on cycles, and tells all edges between what it found', async () => {
  const [a, b, c, d] = [await add('A'), await add('B'), await add('C'), await add('D')];
  await addLink(api.database, a, 'CONTINUES', b);
  await addLink(api.database, b, 'INSPIRED_BY', c);
  await addLink(api.database, c, 'RELATED', a);
  await addLink(api.database, d, 'REPLICATES', c);

  expect(await graph({ from: a, depth: 0 })).toEqual({ nodes: ['A'], edges: [], truncated: false });
  const near = await graph({ from: a, depth: 1 });
  expect(near.nodes).toEqual(['A', 'B', 'C']);
  expect(near.edges).toEqual(['A CONTINUES B', 'B INSPIRED_BY C', 'C RELATED A']);
  const all = await graph({ from: a, depth: 6 });
  expect(all.nodes).toEqual(['A', 'B', 'C', 'D']);
  expect(all.edges).toHaveLength(4);
  expect(all.truncated).toBe(false);

  expect(await graph({ from: a, depth: 6, relations: ['INSPIRED_BY', 'REPLICATES'] })).toMatchObject({ nodes: ['A'] });
  expect(await graph({ from: d, depth: 6, relations: ['INSPIRED_BY', 'REPLICATES'] })).toEqual({
    nodes: ['D', 'C', 'B'],
    edges: ['B INSPIRED_BY C', 'D REPLICATES C'],
    truncated: false,
  });
  expect(await graph({ from: a, depth: 6, relations: [] })).toEqual(all);
});

test('experiences lead to their cases and to the lessons that they support or contradict', async () => {
  const study = await add('Sag');
  const one = await add('Erfaring 1', 'EXPERIENCE', { case_study_id: study });
  const two = await add('Erfaring 2', 'EXPERIENCE', { case_study_id: study });
  const lesson = await add('Lære', 'LESSON');
  await addEvidence(api.database, lesson, one);
  await addEvidence(api.database, lesson, two, 'CONTRADICTS');
  const link = await addLink(api.database, lesson, 'CONFIRMS', study);

  expect(await graph({ from: one, depth: 1 })).toMatchObject({ nodes: ['Erfaring 1', 'Sag', 'Lære'] });
  const { edges } = await graph({ from: study });
  expect(edges.sort()).toEqual([
    'Erfaring 1 DESCRIBES Sag',
    'Erfaring 1 SUPPORTS Lære',
    'Erfaring 2 CONTRADICTS Lære',
    'Erfaring 2 DESCRIBES Sag',
    'Lære CONFIRMS Sag',
  ]);
  expect(await graph({ from: one, relations: ['CONFIRMS'], depth: 6 })).toMatchObject({ nodes: ['Erfaring 1'] });

  const data = await api.data(GRAPH, { from: lesson, depth: 1, relations: ['CONFIRMS'] });
  expect(data.knowledgeGraph.edges).toMatchObject([{ link: { id: link, note: null } }]);
});

test('nobody is led through what they may not see', async () => {
  const [a, draft, beyond] = [
    await add('Åben'),
    await add('Kladde', 'LESSON', { status: 'DRAFT' }),
    await add('Bagved'),
  ];
  await addLink(api.database, a, 'RELATED', draft);
  await addLink(api.database, draft, 'RELATED', beyond);
  expect(await graph({ from: a, depth: 6 })).toEqual({ nodes: ['Åben'], edges: [], truncated: false });
  expect(await graph({ from: a, depth: 6 }, ADMIN)).toMatchObject({ nodes: ['Åben', 'Kladde', 'Bagved'] });
  for (const from of [draft, '00000000-0000-7000-8000-000000000000', 'x', '']) {
    expect(await graph({ from })).toEqual({ nodes: [], edges: [], truncated: false });
  }
});

test('an edit in progress is no record of its own', async () => {
  const study = await add('Udgivet');
  const copy = await add('Udgivet, rettet', 'CASE_STUDY', { status: 'DRAFT', working_copy_of: study });
  expect(await graph({ from: study }, ADMIN)).toMatchObject({ nodes: ['Udgivet'] });
  expect(await graph({ from: copy }, ADMIN)).toMatchObject({ nodes: [] });
});

test.each([
  [{ depth: 7 }, 'depth'],
  [{ depth: -1 }, 'depth'],
  [{ first: 0 }, 'first'],
  [{ first: 1001 }, 'first'],
])('%j is refused', async (wrong, name) => {
  const { errors } = await api.execute(GRAPH, { from: 'x', ...wrong });
  expect(errors?.[0]).toMatchObject({ extensions: { code: 'BAD_USER_INPUT' }, message: expect.stringContaining(name) });
});

test('whatever the graph: the nearest records, each once, by the shortest way, and a word when some are left out', async () => {
  const ids: string[] = [];
  for (let number = 0; number < 9; number++) ids.push(await add(`N${number}`));
  const pairs = fc.uniqueArray(
    fc.tuple(fc.nat(8), fc.nat(8)).filter(([from, to]) => from < to),
    { selector: String, maxLength: 20 },
  );
  const bounds = fc.record({ depth: fc.integer({ min: 0, max: 6 }), first: fc.integer({ min: 1, max: 10 }) });
  await fc.assert(
    fc.asyncProperty(pairs, bounds, async (links, { depth, first }) => {
      await api.database.rows(sql`DELETE FROM link WHERE from_id = ANY(${ids}::uuid[])`);
      for (const [from, to] of links) await addLink(api.database, ids[from]!, 'RELATED', ids[to]!);
      const distances = distancesFrom(0, links);
      const within = [...distances.values()].filter((distance) => distance <= depth).sort();
      const { nodes, edges, truncated } = await graph({ from: ids[0], depth, first });
      expect(nodes.map((name) => distances.get(Number(name.slice(1))))).toEqual(within.slice(0, first));
      expect(new Set(nodes).size).toBe(nodes.length);
      expect(truncated).toBe(within.length > first);
      expect(edges.sort()).toEqual(
        links
          .map(([from, to]) => [`N${from}`, `N${to}`])
          .filter((ends) => ends.every((name) => nodes.includes(name)))
          .map(([from, to]) => `${from} RELATED ${to}`)
          .sort(),
      );
    }),
    { numRuns: 60 },
  );
});

function distancesFrom(start: number, links: readonly (readonly [number, number])[]): Map<number, number> {
  const distances = new Map([[start, 0]]);
  const queue = [start];
  for (const node of queue) {
    for (const [from, to] of links) {
      const next = from === node ? to : to === node ? from : node;
      if (distances.has(next)) continue;
      distances.set(next, distances.get(node)! + 1);
      queue.push(next);
    }
  }
  return distances;
}

test('a graph takes one statement to walk, one for its edges, one for its records', async () => {
  const [a, b] = [await add('X'), await add('Y')];
  await addLink(api.database, a, 'RELATED', b);
  api.statements();
  await api.data(
    'query ($from: ID!) { knowledgeGraph(from: $from) { nodes { title } edges { from { id } to { id } relation } } }',
    {
      from: a,
    },
  );
  expect(api.statements()).toHaveLength(3);
});
