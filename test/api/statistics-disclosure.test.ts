/** What people answered stays theirs: attempts to read a few answers from tables of many, through the API. */
import sql from 'sql-template-tag';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Database } from '../../src/platform/database/database.js';
import { addOrganisation, addRecord } from '../helpers/knowledge-rows.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

interface Answer {
  readonly organisation: number;
  readonly theme: string;
  readonly outcome: string;
  readonly phase: string;
  readonly provenance: string;
}

interface Cell {
  readonly value: string;
  readonly count: number | null;
  readonly suppressed: boolean;
}

interface Tables {
  readonly outcomes: readonly Cell[];
  readonly phases: readonly Cell[];
}

const ORGANISATIONS = 40;
const OUTCOMES = ['SUCCESS', 'SUCCESS', 'SUCCESS', 'MIXED', 'MIXED', 'FAILURE'];
const PHASES = ['RUNNING', 'RUNNING', 'EVALUATING', 'EXPLORING'];

let server: TestServer;
let database: Database;
let organisations: string[];
const answers: Answer[] = [];

beforeAll(async () => {
  server = await startTestServer();
  database = await Database.open({ connection: server.database, entities: [], migrations: [], onIdleError: () => {} });
  organisations = [];
  for (let place = 0; place < ORGANISATIONS; place++)
    organisations.push(await addOrganisation(database, `Library ${place}`));
  for (const slug of [...Array(12).keys(), 'few', 'one', 'invented'].map((name) => `theme-${name}`)) {
    await database.rows(sql`INSERT INTO theme (slug, danish_label, english_label) VALUES (${slug}, ${slug}, ${slug})`);
  }
  for (let place = 0; place < 180; place++) {
    await answer({
      organisation: (place * 7) % ORGANISATIONS,
      theme: `theme-${place % 12}`,
      outcome: OUTCOMES[(place * 5 + Math.floor(place / 12)) % 6]!,
      phase: PHASES[(place + Math.floor(place / 12)) % 4]!,
      provenance: 'DOCUMENTED',
    });
  }
  const few = { theme: 'theme-few', outcome: 'FAILURE', phase: 'ENDING', provenance: 'DOCUMENTED' };
  // Many answers, but of four organisations.
  for (let place = 0; place < 20; place++) await answer({ ...few, organisation: place % 4 });
}, 60_000);

afterAll(async () => {
  await database?.dataSource.destroy();
  await server?.close();
});

let written = 0;

/** Publishes an experience past the services, with its version. */
async function answer(given: Answer): Promise<void> {
  const { organisation, theme, outcome, phase, provenance } = given;
  const id = await addRecord(database, {
    kind: 'EXPERIENCE',
    title: `Experience ${++written}`,
    organisation: organisations[organisation]!,
    themes: [theme],
    columns: { outcome, phase, provenance, case_study_id: await caseStudy() },
  });
  await addVersion(id);
  answers.push(given);
}

let theCase: Promise<string> | undefined;
const caseStudy = () =>
  (theCase ??= addRecord(database, { kind: 'CASE_STUDY', title: 'A case', organisation: organisations[0]! }).then(
    async (id) => {
      await addVersion(id);
      return id;
    },
  ));

/** With an id of which the draws of this test come out the same each time it runs. */
async function addVersion(recordId: string): Promise<void> {
  await database.rows(
    sql`INSERT INTO revision (id, record_id, version, status, content, actor, created_at)
      SELECT md5(title)::uuid, id, 1, 'PUBLISHED', record_content(id), 'test', created_at FROM record WHERE id = ${recordId}`,
  );
}

async function tables(filter: object, asOf?: string): Promise<Tables> {
  const { data, errors } = await server.query(
    `query ($filter: StatisticsFilter, $asOf: DateTime) { statistics(filter: $filter, asOf: $asOf) {
      outcomes { value count suppressed } phases { value count suppressed } } }`,
    { filter, asOf },
  );
  expect(errors).toBeUndefined();
  return data.statistics;
}

const shown = (cells: readonly Cell[]) => cells.filter(({ count }) => count !== null);
const organisationsOf = (some: readonly Answer[]) => new Set(some.map(({ organisation }) => organisation)).size;

describe('a table', () => {
  it('has a cell for every answer there is, and shows those of many', async () => {
    const { outcomes, phases } = await tables({});
    expect(outcomes.map(({ value }) => value).sort()).toEqual(['FAILURE', 'MIXED', 'SUCCESS']);
    expect(phases).toHaveLength(6);
    for (const cell of shown(outcomes)) {
      const own = answers.filter(({ outcome }) => outcome === cell.value);
      expect(Math.abs(cell.count! - own.length)).toBeLessThan(5);
      expect(cell.count! % 5).toBe(0);
    }
    expect(shown(outcomes).length).toBe(3);
    expect(shown(phases).length).toBeGreaterThan(1);
    expect(phases.find(({ value }) => value === 'AGREEING')).toEqual({
      value: 'AGREEING',
      count: null,
      suppressed: true,
    });
  });

  it('shows nothing of few organisations, however much they wrote', async () => {
    const { outcomes, phases } = await tables({ themes: ['theme-few'] });
    expect([...shown(outcomes), ...shown(phases)]).toEqual([]);
    const all = await tables({});
    expect(all.phases.find(({ value }) => value === 'ENDING')!.count).toBeNull();
  });

  it('of any filter has five organisations in each cell, and among those that it hides', async () => {
    let seen = 0;
    for (let first = 0; first < 12; first++) {
      for (const length of [1, 2, 4, 7]) {
        const themes = Array.from({ length }, (_, place) => `theme-${(first + place) % 12}`);
        const own = answers.filter(({ theme }) => themes.includes(theme));
        const { outcomes } = await tables({ themes });
        for (const { value } of shown(outcomes)) {
          seen += 1;
          expect(organisationsOf(own.filter(({ outcome }) => outcome === value))).toBeGreaterThanOrEqual(5);
        }
        const hidden = outcomes.filter(({ suppressed }) => suppressed).map(({ value }) => value);
        if (hidden.length === 0 || hidden.length === outcomes.length) continue;
        expect(organisationsOf(own.filter(({ outcome }) => hidden.includes(outcome)))).toBeGreaterThanOrEqual(5);
      }
    }
    expect(seen).toBeGreaterThan(20);
  }, 60_000);
});

describe('who asks again', () => {
  it('gets the same, however the same experiences are named: there is nothing to average', async () => {
    const whole = await tables({});
    const allThemes = [...new Set(answers.map(({ theme }) => theme))];
    for (const filter of [
      { themes: allThemes },
      { themes: [...allThemes].reverse() },
      { provenances: ['DOCUMENTED', 'REPORTED'] },
      { recordKinds: ['LESSON'] },
      { publishedYearFrom: 1900 },
      { kinds: ['PROJECT'] },
      { includeIllustrative: true },
    ]) {
      expect(await tables(filter), JSON.stringify(filter)).toEqual(whole);
    }
  });

  it('gets the same with illustrations: nothing is drawn twice', async () => {
    const before = await tables({});
    const invented = { theme: 'theme-invented', outcome: 'MIXED', phase: 'RUNNING', provenance: 'ILLUSTRATIVE' };
    await answer({ ...invented, organisation: 39 });
    answers.pop();
    expect(await tables({ includeIllustrative: true })).toEqual(before);
    expect(await tables({ includeIllustrative: true, provenances: ['ILLUSTRATIVE'] })).toEqual(
      await tables({ themes: ['x'] }),
    );
  });
});

describe('who compares two tables that differ by one experience', () => {
  /** What somebody learns who takes each change of a shown cell for the answer that was added. */
  const risen = (before: readonly Cell[], after: readonly Cell[]): string[] =>
    after.filter(({ count }, place) => (count ?? 0) > (before[place]!.count ?? 0)).map(({ value }) => value);

  it('sees cells change that the one is not in, and its own stay', async () => {
    const given = { organisation: 38, theme: 'theme-one', phase: 'RUNNING', provenance: 'DOCUMENTED' };
    const moments: string[] = [];
    const guesses: string[][] = [];
    let changedElsewhere = 0;
    let missed = 0;
    for (let round = 0; round < 24; round++) {
      const outcome = OUTCOMES[round % 6]!;
      const themes = [...Array(2 + (round % 10)).keys()].map((name) => `theme-${name}`);
      const before = await tables({ themes });
      await database.rows(
        sql`INSERT INTO theme (slug, danish_label, english_label) VALUES (${`single-${round}`}, 'x', 'x')`,
      );
      await answer({ ...given, theme: `single-${round}`, outcome });
      const after = await tables({ themes: [...themes, `single-${round}`] });
      const rise = risen(before.outcomes, after.outcomes);
      guesses.push(rise);
      if (!rise.includes(outcome)) missed += 1;
      if (
        after.outcomes.some(({ value, count }, place) => value !== outcome && count !== before.outcomes[place]!.count)
      ) {
        changedElsewhere += 1;
      }
      moments.push(new Date().toISOString());
    }
    const right = guesses.filter((rise, round) => rise.length === 1 && rise[0] === OUTCOMES[round % 6]).length;
    expect(missed).toBeGreaterThan(6);
    expect(changedElsewhere).toBeGreaterThan(6);
    expect(right).toBeLessThan(14);

    // The same by two moments, between which one was published.
    await expect
      .poll(async () => (await server.query(`{ statistics(asOf: "${moments.at(-1)}") { __typename } }`)).errors, {
        timeout: 10_000,
      })
      .toBeUndefined();
    const byTime: (readonly Cell[])[] = [];
    for (const moment of moments) byTime.push((await tables({}, moment)).outcomes);
    const told = byTime.slice(1).filter((cells, place) => {
      const rise = risen(byTime[place]!, cells);
      return rise.length === 1 && rise[0] === OUTCOMES[(place + 1) % 6];
    });
    expect(told.length).toBeLessThan(14);
    expect(byTime.at(-1)).toEqual((await tables({})).outcomes);
  }, 60_000);
});

it('says in the schema what is protected, how, and what is not', async () => {
  const { data } = await server.query('{ __type(name: "AnswerCount") { description } }');
  for (const words of [
    'fewer than 5 organisations',
    'secondary suppression',
    'multiple of 5',
    'can be read one by one',
    'average',
  ]) {
    expect(data.__type.description).toContain(words);
  }
});
