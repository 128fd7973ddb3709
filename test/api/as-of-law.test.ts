/**
 * The law of reads as of a time: what everybody was answered at a moment of a history is what the same question as of that
 * moment is answered ever after, but for what was retracted or unlinked since.
 */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildGraphqlSchema } from '../../src/schema.js';
import { CANARY, History, randomHistory } from '../helpers/history.js';
import { randomRuns } from '../helpers/random-runs.js';
import { libraryId } from '../helpers/records.js';
import { type GraphqlResponse, startTestServer, type TestServer } from '../helpers/server.js';
import { wideQuery } from '../helpers/wide-query.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let organisations: string[];
/** Before anything was published. */
let beginning: Date;

beforeAll(async () => {
  server = await startTestServer();
  organisations = await Promise.all(['DK-775100', 'DK-710100', 'DK-746100'].map((isil) => libraryId(server, isil)));
  beginning = await moment();
}, 120_000);
afterAll(() => server.close());

/** A time between what was written before and what will be: versions are dated to the nearest millisecond. */
async function moment(): Promise<Date> {
  const time = Date.now() + 2;
  await until(() => expect(Date.now()).toBeGreaterThan(time + 2), { interval: 1 });
  return new Date(time);
}

const schema = buildGraphqlSchema();
const LISTS = ['caseStudies', 'experiences', 'lessons'] as const;

/** Root fields; `ARGS` stands where `asOf` comes in. */
function wide(): string[] {
  return LISTS.map((list) => {
    const field = `${list}(first: 12)`;
    return wideQuery(schema, field, 1).slice(2, -2).replace(field, `${list}(first: 12 ARGS)`);
  });
}

const NESTED = [
  `caseStudies(first: 8 ARGS) { totalCount nodes { id
    experiences(first: 3) { totalCount nodes { title caseStudy { title version parties { contributions { amount } } } lessons(first: 2) { nodes { title confidence { level supporting } } } } }
    lessons(first: 3, last: null) { totalCount pageInfo { endCursor } nodes { title evidence { note experience { title renderedTexts { html } } } caseStudies(first: 2) { totalCount nodes { title definitionCheck { missing } } } } }
    links(first: 3) { totalCount edges { role record { title version ... on CaseStudy { funding { pool } } } node { from { title } to { title } } } }
    adoptions(first: 3) { nodes { taken record { title } organisation { name caseStudies(first: 2) { totalCount nodes { title } } } } }
    recommendations { number coverage { caseStudies experiences lessons illustrative covered } } themes { slug recordCount }
    revisions(first: 5) { totalCount nodes { version content createdAt changes { path before after } } } } }`,
];

const FILTERS = [
  'caseStudies(filter: { recommendations: [1, 2], languages: [DA] }, orderBy: { field: TITLE, direction: ASC }, first: 3 ARGS) { totalCount pageInfo { hasNextPage endCursor } edges { cursor node { title scope } } }',
  'caseStudies(filter: { parties: ["ORGANISATION"], themes: ["reading"] }, orderBy: { field: UPDATED_AT, direction: DESC }, last: 3 ARGS) { totalCount edges { cursor node { title updatedAt } } }',
  'caseStudies(filter: { municipalities: ["0851"], activeFrom: "2009-06-01", activeUntil: "2010-01-01" }, orderBy: { field: CREATED_AT, direction: ASC } ARGS) { totalCount nodes { title createdAt } }',
  'caseStudies(filter: { regions: ["1084"], kinds: [PROJECT], scopes: [LOCAL, NATIONAL], states: [ACTIVE], documentations: [INCOMPLETE] } ARGS) { totalCount nodes { title } }',
  'experiences(filter: { municipalities: ["0851", "0101"], outcomes: [MIXED], phases: [RUNNING] } ARGS) { totalCount nodes { title outcome } }',
  'experiences(filter: { organisations: ["ORGANISATION"], provenances: [REPORTED] }, orderBy: { field: TITLE, direction: DESC }, first: 2 ARGS) { totalCount pageInfo { endCursor } nodes { title } }',
  'experiences(filter: { caseStudies: ["CASE_STUDY"] } ARGS) { totalCount nodes { title caseStudy { id } } }',
  'lessons(filter: { caseStudies: ["CASE_STUDY"] }, orderBy: { field: TITLE, direction: ASC } ARGS) { totalCount nodes { title } }',
  'lessons(filter: { experiences: ["EXPERIENCE"] } ARGS) { totalCount nodes { title confidence { level } } }',
  'caseStudy(slug: "CASE_SLUG" ARGS) { id title version }',
  'node(id: "LINK" ARGS) { ... on Link { note from { title } to { title } } }',
  'nodes(ids: ["CASE_STUDY", "EXPERIENCE", "LINK"] ARGS) { id ... on KnowledgeRecord { title version } }',
];

/** One question, as it is asked now and as of a time. */
interface Question {
  readonly text: string;
}

const now = ({ text }: Question) => `{ ${text.replace(' ARGS', '')} }`;
const asOf = ({ text }: Question, at: Date) => `{ ${text.replace(' ARGS', `, asOf: "${at.toISOString()}"`)} }`;

async function questions(): Promise<Question[]> {
  const { data } = await server.query(
    '{ caseStudies(first: 1) { nodes { id slug } } experiences(first: 1) { nodes { id links(first: 1) { nodes { id } } lessons { nodes { id } } } } lessons(first: 20) { nodes { links(first: 1) { nodes { id } } evidence { experience { id caseStudy { id } } } } } }',
  );
  const evidence = data.lessons.nodes.flatMap((lesson: any) => lesson.evidence)[0];
  const link = data.lessons.nodes.flatMap((lesson: any) => lesson.links.nodes)[0];
  const values: Record<string, string> = {
    CASE_STUDY: evidence?.experience.caseStudy?.id ?? data.caseStudies.nodes[0]?.id ?? organisations[0],
    EXPERIENCE: evidence?.experience.id ?? data.experiences.nodes[0]?.id ?? organisations[0],
    LINK: link?.id ?? organisations[0],
    CASE_SLUG: data.caseStudies.nodes[0]?.slug ?? 'none',
    ORGANISATION: organisations[1]!,
  };
  const fill = (text: string) =>
    text.replace(/\b(CASE_STUDY|EXPERIENCE|LINK|CASE_SLUG|ORGANISATION)\b(?=")/g, (name) => values[name]!);
  return [...wide(), ...NESTED, ...FILTERS.map(fill)].map((text) => ({ text }));
}

interface Seen {
  readonly question: Question;
  readonly answer: GraphqlResponse;
}

interface Moment {
  readonly time: Date;
  readonly seen: readonly Seen[];
}

async function look(): Promise<Moment> {
  const seen: Seen[] = [];
  for (const question of await questions()) {
    const answer = await server.query(now(question));
    expect(answer.errors, now(question)).toBeUndefined();
    seen.push({ question, answer });
  }
  return { time: await moment(), seen };
}

async function past(moment: Moment, ask: (query: string) => Promise<GraphqlResponse> = server.query): Promise<Seen[]> {
  const seen: Seen[] = [];
  for (const { question } of moment.seen) {
    const query = asOf(question, moment.time);
    const answer = await until(
      async () => {
        const given = await ask(query);
        if (given.errors?.[0]?.message.includes('must lie in the past')) throw new Error(given.errors[0].message);
        return given;
      },
      { interval: 200 },
    );
    expect(answer.errors, query).toBeUndefined();
    seen.push({ question, answer });
  }
  return seen;
}

describe('what was read at a moment is read again as of it', () => {
  it('while nothing is taken back', { timeout: 600_000 }, async () => {
    let answers = 0;
    let filled = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory(14, false), async (steps) => {
        const history = new History(server, organisations);
        await history.begin();
        const moments: Moment[] = [await look()];
        for (const [place, step] of steps.entries()) {
          await history.run(step);
          if (place % 4 === 3) moments.push(await look());
        }
        for (const moment of moments) {
          for (const [place, { question, answer }] of (await past(moment)).entries()) {
            expect(answer.data, asOf(question, moment.time)).toEqual(moment.seen[place]!.answer.data);
            expect(JSON.stringify(answer)).not.toContain(CANARY);
            answers += 1;
            if (/"(title|id)":"/.test(JSON.stringify(answer))) filled += 1;
          }
        }
        // The same for those who may see drafts.
        for (const [place, { answer }] of (await past(moments.at(-1)!, server.admin)).entries()) {
          expect(answer.data).toEqual(moments.at(-1)!.seen[place]!.answer.data);
        }
      }),
      { ...randomRuns(3), endOnFailure: true },
    );
    expect(filled / answers).toBeGreaterThan(0.7);
  });

  it('but for what was taken back since', { timeout: 600_000 }, async () => {
    let takenBack = 0;
    await fc.assert(
      fc.asyncProperty(randomHistory(16, true), async (steps) => {
        const history = new History(server, organisations);
        await history.begin();
        const moments: Moment[] = [];
        for (const [place, step] of steps.entries()) {
          if (place % 5 === 0) moments.push(await look());
          await history.run(step);
        }
        takenBack += history.retracted.size;
        for (const moment of moments) {
          for (const [place, { answer }] of (await past(moment)).entries()) {
            const text = JSON.stringify(answer);
            expect(text).not.toContain(CANARY);
            // What an experience was made in is said by its revisions, of a case that was retracted too: nothing but the id.
            for (const id of history.retracted) expect(text).not.toContain(`"id":"${id}"`);
            // A page of records keeps the others, in their order.
            const list = LISTS[place];
            if (list === undefined) continue;
            const idsIn = (data: any): string[] => data[list].edges.map((edge: any) => edge.node.id);
            const kept = idsIn(moment.seen[place]!.answer.data).filter((id) => !history.retracted.has(id));
            expect(idsIn(answer.data).slice(0, kept.length)).toEqual(kept);
          }
        }
      }),
      { ...randomRuns(2), endOnFailure: true },
    );
    expect(takenBack).toBeGreaterThan(0);
  });

  it('and before the beginning there was nothing', async () => {
    for (const list of LISTS) {
      const { data, errors } = await server.query(
        `query ($at: DateTime) { ${list}(asOf: $at) { totalCount nodes { id } } }`,
        { at: beginning },
      );
      expect(errors).toBeUndefined();
      expect(data[list]).toEqual({ totalCount: 0, nodes: [] });
    }
  });
});
