/**
 * Random steps of three people on some records, compared with a model of the workflow: what each step comes to, and what
 * the records look like afterwards. Two steps that are sent at once come to what one of their two orders would.
 *
 * To run long, or again what a failure printed: `RANDOM_RUNS=500 RANDOM_SEED=7 npx vitest run --config
 * test/vitest.config.ts test/api/workflow-model.test.ts`.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { memberOf } from '../helpers/people.js';
import { randomRuns } from '../helpers/random-runs.js';
import { draftLesson, libraries, requireSecondPerson, type Send, tryWrite } from '../helpers/review.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import {
  type Action,
  type Actor,
  type Answer,
  apply,
  current,
  newRecord,
  observable,
  type Observation,
  type Operation,
  type World,
} from '../helpers/workflow-model.js';

const RUNS = 40;

let server: TestServer;
let organisationId: string;
let senders: Record<Actor, Send>;

beforeAll(async () => {
  server = await startTestServer();
  const [own, other] = await libraries(server);
  organisationId = own;
  senders = {
    contributor: (await memberOf(server, own, 'CONTRIBUTOR')).query,
    editor: (await memberOf(server, own, 'EDITOR')).query,
    stranger: (await memberOf(server, other, 'EDITOR')).query,
  };
});
afterAll(() => server?.close());

/** What happened in all runs, as `publish OK` for steps and `publish OK, retract VERSION_CONFLICT` for two at once. */
const tally = new Map<string, number>();
const count = (what: string) => tally.set(what, (tally.get(what) ?? 0) + 1);

interface Model {
  world: World;
}
interface Real {
  readonly ids: string[];
}

/** Answers as the model has them. */
async function send(real: Real, operation: Operation): Promise<Answer> {
  const { actor, action, version, title } = operation;
  const id = real.ids[operation.record]!;
  const [name, selection, input] = {
    update: ['updateLesson', 'lesson { id }', { id, version, title }],
    comment: ['addReviewComment', 'comment { id }', { recordId: id, version, text: 'Hm.' }],
    submitForReview: ['submitForReview', 'record { id }', { id, version }],
    requestChanges: ['requestChanges', 'record { id }', { id, version, comment: 'More.' }],
    publish: ['publish', 'record { id }', { id, version }],
    retract: ['retract', 'record { id }', { id, version, reason: 'Wrong.' }],
  }[action] as [string, string, object];
  const { data, errors } = await tryWrite(senders[actor], name, selection, input);
  if (errors) return errors[0]!.extensions.code as Answer;
  return data[name].errors[0]?.code ?? 'OK';
}

async function observe(real: Real): Promise<Observation[]> {
  return Promise.all(
    real.ids.map(async (id) => {
      const { data, errors } = await server.admin(
        `query ($id: ID!) {
          node(id: $id) { ... on KnowledgeRecord {
            status version title workingCopy { status version title } reviewComments { totalCount } revisions { totalCount } } }
          knowledgeEvents(first: 100, filter: { records: [$id] }) { nodes { type } }
        }`,
        { id },
      );
      expect(errors).toBeUndefined();
      const { reviewComments, revisions, ...row } = data.node;
      // Every step leaves one version, whatever became of it.
      expect(revisions.totalCount).toBe((row.workingCopy ?? row).version);
      const events = data.knowledgeEvents.nodes.map(({ type }: { type: string }) => type);
      return { ...row, comments: reviewComments.totalCount, events };
    }),
  );
}

const seen = ({ records }: World) => records.map(observable);

/** A step as it is drawn: which record and version that is depends on where things stand. */
interface Draw {
  readonly actor: Actor;
  readonly action: Action;
  readonly record: number;
  readonly version: 'current' | 'current' | 'public' | 'earlier' | 'later';
  readonly title: string;
}

function operationOf(world: World, { actor, action, record: drawn, version, title }: Draw): Operation {
  const record = drawn % world.records.length;
  const state = world.records[record]!;
  const now = current(state).version;
  const versions = { current: now, public: state.version, earlier: Math.max(1, now - 1), later: now + 1 };
  return { actor, action, record, version: versions[version], title };
}

const describe = ({ actor, action, record, version, title }: Draw) =>
  `${actor} ${action} #${record} at ${version}${action === 'update' ? ` "${title}"` : ''}`;

class Create implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly actor: 'contributor' | 'editor',
    private readonly title: string,
  ) {}

  check = () => true;

  async run(model: Model, real: Real): Promise<void> {
    real.ids.push((await draftLesson(senders[this.actor], organisationId, { title: this.title })).id);
    model.world = { ...model.world, records: [...model.world.records, newRecord(this.actor, this.title)] };
    expect(await observe(real)).toEqual(seen(model.world));
  }

  toString = () => `${this.actor} creates "${this.title}"`;
}

class RequireSecondPerson implements fc.AsyncCommand<Model, Real> {
  constructor(private readonly required: boolean) {}

  check = () => true;

  async run(model: Model): Promise<void> {
    await requireSecondPerson(server, organisationId, this.required);
    model.world = { ...model.world, secondPersonRequired: this.required };
  }

  toString = () => `a second person is ${this.required ? 'required' : 'not required'}`;
}

class Step implements fc.AsyncCommand<Model, Real> {
  constructor(private readonly draw: Draw) {}

  check = ({ world }: Readonly<Model>) => world.records.length > 0;

  async run(model: Model, real: Real): Promise<void> {
    const operation = operationOf(model.world, this.draw);
    const { answer, world } = apply(model.world, operation);
    expect(await send(real, operation)).toBe(answer);
    expect(await observe(real)).toEqual(seen(world));
    count(`${operation.action} ${answer}`);
    model.world = world;
  }

  toString = () => describe(this.draw);
}

class TwoAtOnce implements fc.AsyncCommand<Model, Real> {
  constructor(
    private readonly first: Draw,
    private readonly second: Draw,
  ) {}

  check = ({ world }: Readonly<Model>) => world.records.length > 0;

  async run(model: Model, real: Real): Promise<void> {
    const one = operationOf(model.world, this.first);
    const other = operationOf(model.world, this.second);
    const answers = await Promise.all([send(real, one), send(real, other)]);
    const outcome = { answers, seen: await observe(real) };

    const inOrder = apply(model.world, one);
    const thenOther = apply(inOrder.world, other);
    const reversed = apply(model.world, other);
    const thenOne = apply(reversed.world, one);
    const possible = [
      { answers: [inOrder.answer, thenOther.answer], world: thenOther.world },
      { answers: [thenOne.answer, reversed.answer], world: thenOne.world },
    ];
    const match = possible.find(
      (candidate) =>
        JSON.stringify([candidate.answers, seen(candidate.world)]) === JSON.stringify([outcome.answers, outcome.seen]),
    );
    if (match === undefined) {
      const orders = possible.map((candidate) => ({ answers: candidate.answers, seen: seen(candidate.world) }));
      expect(orders, `${JSON.stringify(one)} and ${JSON.stringify(other)}`).toContainEqual(outcome);
    }
    count(`${one.action} ${answers[0]}, ${other.action} ${answers[1]}`);
    model.world = (match ?? possible.find(({ answers: given }) => `${given}` === `${answers}`)!).world;
  }

  toString = () => `at once: ${describe(this.first)} | ${describe(this.second)}`;
}

const title = fc.constantFrom('One', 'Two', 'Three');
const step = (records: fc.Arbitrary<number>): fc.Arbitrary<Draw> =>
  fc.record({
    actor: fc.constantFrom<Actor>('contributor', 'contributor', 'editor', 'editor', 'editor', 'stranger'),
    action: fc.constantFrom<Action>(
      ...(['update', 'update', 'comment', 'submitForReview', 'submitForReview', 'submitForReview'] as const),
      ...(['requestChanges', 'publish', 'publish', 'publish', 'retract'] as const),
    ),
    record: records,
    version: fc.constantFrom('current', 'current', 'current', 'current', 'current', 'public', 'earlier', 'later'),
    title,
  });
const anyRecord = fc.nat({ max: 1 });
/** Who both may do what they do, with the same version in hand: one of them is too late. */
const rivals = fc.tuple(
  ...[0, 1].map(() =>
    step(fc.constant(0)).map((draw): Draw => ({
      ...draw,
      actor: draw.actor === 'stranger' || /publish|retract|requestChanges/.test(draw.action) ? 'editor' : draw.actor,
      version: 'current',
    })),
  ),
) as fc.Arbitrary<[Draw, Draw]>;
const two = fc.oneof(rivals, rivals, fc.tuple(step(anyRecord), step(anyRecord)));
const creation = fc
  .tuple(fc.constantFrom('contributor' as const, 'editor' as const), title)
  .map((drawn) => new Create(...drawn));
const steps = step(anyRecord).map((draw) => new Step(draw));
const pairs = two.map((draws) => new TwoAtOnce(...draws));
/** How a record comes to be public, so that more than its beginnings is seen. */
const walk = (actor: Actor, action: Action) =>
  fc.constant(new Step({ actor, action, record: 0, version: 'current', title: 'Four' }));

const COMMANDS = [
  creation,
  fc.boolean().map((required) => new RequireSecondPerson(required)),
  steps,
  steps,
  steps,
  pairs,
  pairs,
  pairs,
  walk('contributor', 'submitForReview'),
  walk('contributor', 'update'),
  walk('editor', 'publish'),
  walk('editor', 'publish'),
];

it('is what the model says, whatever is done in whatever order', async () => {
  const runs = randomRuns(RUNS);
  await fc.assert(
    fc.asyncProperty(
      creation,
      fc.boolean(),
      fc.commands(COMMANDS, { maxCommands: 25, size: 'max' }),
      async (first, required, list) => {
        const real: Real = { ids: [] };
        const model: Model = { world: { secondPersonRequired: false, records: [] } };
        await first.run(model, real);
        await new RequireSecondPerson(required).run(model);
        await fc.asyncModelRun(() => ({ model, real }), list);
      },
    ),
    runs,
  );
  if (runs.numRuns < RUNS) return;
  // Else it would show nothing.
  const times = (pattern: RegExp) =>
    [...tally].reduce((sum, [what, number]) => sum + (pattern.test(what) ? number : 0), 0);
  for (const action of ['update', 'comment', 'submitForReview', 'requestChanges', 'publish', 'retract']) {
    expect(times(new RegExp(`${action} OK`)), action).toBeGreaterThan(0);
    if (action !== 'comment') expect(times(new RegExp(`${action} INVALID_TRANSITION`)), action).toBeGreaterThan(0);
  }
  for (const code of ['FORBIDDEN', 'NOT_FOUND', 'VERSION_CONFLICT']) {
    expect(times(new RegExp(`^\\w+ ${code}$`)), code).toBeGreaterThan(0);
  }
  expect(times(/ OK, .* VERSION_CONFLICT$| VERSION_CONFLICT, .* OK$/), 'races').toBeGreaterThan(9);
  expect(times(/ OK, .* OK$/), 'both').toBeGreaterThan(3);
}, 300_000);
