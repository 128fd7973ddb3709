import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { build, type CommandResult, jsonLines, ownRows, start } from '../helpers/import-command.js';
import { startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
let folder: string;

beforeAll(async () => {
  await build();
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-import-'));
  server = await startTestServer();
}, 120_000);

afterAll(async () => {
  await server?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

function run(...words: string[]): Promise<CommandResult> {
  return start('dist/src/import.js', words, { DATABASE_URL: server.database.url, DATA_DIR: folder }).result;
}

async function file(name: string, content: unknown): Promise<string> {
  const place = path.join(folder, name);
  await writeFile(place, typeof content === 'string' || Buffer.isBuffer(content) ? content : JSON.stringify(content));
  return place;
}

/** What the log says since a cursor, as `TYPE slug`. */
async function events(after: string): Promise<string[]> {
  const { data } = await server.query(
    `query ($after: String) { knowledgeEvents(first: 1000, after: $after) { nodes { type record { slug } } } }`,
    { after },
  );
  return data.knowledgeEvents.nodes.map((event: any) => `${event.type} ${event.record.slug}`);
}

async function cursor(): Promise<string> {
  return (await server.query('{ knowledgeCursor }')).data.knowledgeCursor;
}

async function caseStudy(slug: string, fields: string): Promise<any> {
  const { data, errors } = await server.admin(`query ($slug: String!) { caseStudy(slug: $slug) { ${fields} } }`, {
    slug,
  });
  expect(errors).toBeUndefined();
  return data.caseStudy;
}

const PARTIES = `parties { role organisation { __typename name ... on Partner { sector cvr } } contributions { kind description amount currency } }`;

test('projects become published case studies, which subscribers hear of', async () => {
  const before = await cursor();
  const result = await run('projects', await file('projects.json', { projects: await ownRows('projects') }));
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toMatch(/^3 rows of projects in [\d.]+ s: 3 created, 0 updated, 0 unchanged, 0 failed\.\n$/);
  expect(await events(before)).toEqual([
    'PUBLISHED project-test-0001',
    'PUBLISHED project-test-0002',
    'PUBLISHED project-test-0003',
  ]);

  expect(
    await caseStudy(
      'project-test-0001',
      `title summary description language status provenance documentation kind scope state startedOn endedOn
       municipality { code } organisation { name } themes { slug } sources { title publisher page url }
       funding { pool amount currency year } ${PARTIES}`,
    ),
  ).toMatchObject({
    title: 'Havnens værksted',
    summary: 'Værftet og biblioteket åbner et værksted, bl.a. Havnens skoler deltager. <b>Alle</b> er velkomne.',
    description: 'Værftet og biblioteket åbner et værksted, bl.a. Havnens skoler deltager. <b>Alle</b> er velkomne.',
    language: 'DA',
    status: 'PUBLISHED',
    provenance: 'IMPORTED',
    documentation: 'INCOMPLETE',
    kind: 'PROJECT',
    scope: 'REGIONAL',
    state: 'COMPLETED',
    startedOn: '2009-02-01',
    endedOn: '2011-01-31',
    municipality: { code: '0751' },
    organisation: { name: 'Medspil, redaktionen' },
    themes: [{ slug: 'innovation-and-knowledge-sharing' }],
    sources: [{ publisher: 'os-data/eu-structural-funds', page: 'TEST-0001', url: null }],
    funding: [
      { pool: 'European Regional Development Fund (ERDF) 2007-2013', amount: 400000.25, currency: 'DKK', year: null },
    ],
    parties: [
      {
        role: 'LEAD',
        organisation: { __typename: 'Partner', name: 'Havneværkstedet', sector: 'CIVIL_SOCIETY', cvr: '99000011' },
        contributions: [{ kind: 'MONEY', amount: 500000.25, currency: 'DKK' }],
      },
      {
        role: 'PARTNER',
        organisation: { __typename: 'Library', name: 'Aarhus Kommunes Biblioteker' },
        contributions: [],
      },
      {
        role: 'PARTNER',
        // Its number stands with the project that it leads, further down.
        organisation: { __typename: 'Partner', name: 'Prøvestens Skibsværft', sector: 'PRIVATE', cvr: '99000012' },
        contributions: [],
      },
    ],
  });
});

test('what a project does not tell is left open', async () => {
  expect(await caseStudy('project-test-0002', `scope state municipality { code } ${PARTIES}`)).toMatchObject({
    scope: 'NATIONAL',
    state: 'ACTIVE',
    municipality: null,
    parties: [{ role: 'LEAD', contributions: [] }],
  });
  expect(
    await caseStudy('project-test-0003', `summary state themes { slug } funding { pool } ${PARTIES}`),
  ).toMatchObject({
    summary: 'Fiskens vej',
    state: null,
    themes: [],
    funding: [],
    parties: [{ role: 'PARTNER', organisation: { name: 'Fiskernes Museum', sector: 'PUBLIC' } }],
  });
});

test('practices become cases with an experience, and a lesson that rests on it', async () => {
  const before = await cursor();
  const result = await run('practices', await file('practices.json', await ownRows('practices')));
  expect(result).toMatchObject({ code: 0, stderr: '' });
  // The case, its experience, the lesson, and the evidence; the second has no challenges to tell of.
  expect(await events(before)).toEqual([
    'PUBLISHED practice-p-1',
    'PUBLISHED practice-p-1',
    'PUBLISHED practice-p-1',
    'EVIDENCE_ADDED practice-p-1',
    'PUBLISHED practice-p-2',
    'PUBLISHED practice-p-2',
  ]);
  const lamps = await caseStudy(
    'practice-p-1',
    `language scope state description themes { slug } benefits { group description } ${PARTIES}
     sources { title publisher year url page }
     experiences { nodes { title purpose challenges phase outcome documentation } }
     lessons { nodes { title advice evidence { stance experience { slug } } } }`,
  );
  expect(lamps).toMatchObject({
    language: 'EN',
    scope: 'INTERNATIONAL',
    state: null,
    themes: [{ slug: 'heritage-technology' }],
    benefits: [{ group: 'USERS', description: 'Six hundred visitors came.' }],
    parties: [
      {
        role: 'LEAD',
        organisation: { name: 'Depot of Lamps' },
        contributions: [{ kind: 'OTHER', description: 'Forty lamps and a choir.', amount: null }],
      },
      { role: 'PARTNER', organisation: { name: 'ECTN', sector: 'CIVIL_SOCIETY' }, contributions: [] },
    ],
    sources: [
      {
        title: 'Night of the lamps',
        year: 2022,
        page: 'P-1',
        publisher: expect.stringMatching(/ReInHerit.*CC BY 2\.0/),
      },
    ],
    experiences: {
      nodes: [
        { purpose: '', challenges: 'The depot had no second exit.', outcome: 'SUCCESS', documentation: 'INCOMPLETE' },
      ],
    },
    lessons: {
      nodes: [
        {
          title: 'Any depot with two exits can open at night for a small audience.',
          evidence: [{ stance: 'SUPPORTS', experience: { slug: 'practice-p-1' } }],
        },
      ],
    },
  });
  expect(lamps.description).toContain('**Visitors** carry lamps.');
  expect(lamps.description).toContain('<https://example.org/lamps>');
  expect(lamps.description).not.toContain('javascript:');
  expect(await caseStudy('practice-p-2', `${PARTIES} benefits { group } experiences { totalCount }`)).toMatchObject({
    parties: [{ role: 'LEAD', organisation: { name: 'CYENS Centre of Excellence' } }],
    benefits: [{ group: 'PUBLIC_PARTNERS' }],
    experiences: { totalCount: 0 },
  });
});

test('a second run changes nothing', async () => {
  const before = await cursor();
  expect((await run('projects', path.join(folder, 'projects.json'))).stdout).toContain(
    '0 created, 0 updated, 3 unchanged, 0 failed.',
  );
  expect((await run('practices', path.join(folder, 'practices.json'))).stdout).toContain(
    '0 created, 0 updated, 2 unchanged, 0 failed.',
  );
  expect(await events(before)).toEqual([]);
});

test('a row that changed at its source becomes a revision', async () => {
  const [lamps, smells] = await ownRows('practices');
  lamps.challenges = 'The depot had no second exit, and rain came in.';
  const before = await cursor();
  const result = await run('practices', await file('changed.json', [lamps, smells]));
  expect(result.stdout).toContain('0 created, 1 updated, 1 unchanged, 0 failed.');
  expect(await events(before)).toEqual(['REVISED practice-p-1']);
  const { experiences } = await caseStudy('practice-p-1', 'experiences { nodes { version challenges } }');
  expect(experiences.nodes).toEqual([{ version: 6, challenges: lamps.challenges }]);
});

test('what was edited here is never overwritten, and what was retracted stays so', async () => {
  const [workshop, quay, fish] = await ownRows('projects');
  const write = async (mutation: string, input: object) => {
    const { data, errors } = await server.admin(
      `mutation ($input: ${mutation.startsWith('update') ? 'UpdateCaseStudyInput' : mutation === 'retract' ? 'RetractInput' : 'RecordTransitionInput'}!) { ${mutation}(input: $input) { errors { code } } }`,
      { input },
    );
    expect({ data, errors }).toEqual({ data: { [mutation]: { errors: [] } }, errors: undefined });
  };
  const { id } = await caseStudy('project-test-0002', 'id');
  await write('updateCaseStudy', { id, version: 3, summary: 'Redaktionens ord.' });
  await write('submitForReview', { id, version: 4 });
  await write('publish', { id, version: 5 });
  await write('retract', { id: (await caseStudy('project-test-0003', 'id')).id, version: 3, reason: 'Findes ikke.' });

  const same = await run('projects', path.join(folder, 'projects.json'));
  expect(same.stdout).toContain('3 unchanged, 0 failed.');
  quay.title = 'Læsekajen';
  fish.title = 'Fiskens nye vej';
  const changed = await run('projects', await file('edited.json', [workshop, quay, fish]));
  expect(changed.code).toBe(2);
  expect(changed.stdout).toContain('0 updated, 2 unchanged, 1 failed.');
  expect(changed.stderr).toMatch(/^Row 2 \(TEST-0002\): .*edited here.*by hand\.\n$/);
  expect(await caseStudy('project-test-0002', 'title summary')).toEqual({
    title: 'Læsekaj',
    summary: 'Redaktionens ord.',
  });
  expect(await caseStudy('project-test-0003', 'title status')).toEqual({ title: 'Fiskens vej', status: 'RETRACTED' });
});

test('rows that cannot go in are named with their reasons, while the others go in', async () => {
  const [good] = await ownRows('projects');
  const row = (id: string, changes: object) => ({ ...good, id, ...changes });
  const rows = [
    row('BAD-1', { title: '  ' }),
    row('BAD-2', { startDate: '2011-02-01', endDate: '2010-02-01' }),
    row('BAD-3', { lead: { ...good.lead, municipalityCode: '0999' } }),
    row('BAD-4', { title: 'x'.repeat(301) }),
    row('BAD-5', { description: 'x'.repeat(50_001) }),
    row('BAD-6', { startDate: '2010-02-30' }),
    row('BAD-7', { budgetDKK: 1, euGrantDKK: 2 }),
    row('BAD-8', { partners: [{ name: 'x'.repeat(301), kind: 'NONE' }] }),
    row('BAD-9', { title: 7, fund: 'X' }),
    row('BAD-10', { lead: { ...good.lead, cvr: '12' } }),
    'no row',
    row('GOOD-1', { description: '\ufeffA \u202elight\u202c\u0000 read\ud800ing \u200froom.\u000bAnd a garden.' }),
    row('GOOD-1', { title: 'again' }),
    row('BAD-\u001b[31m', { title: '' }),
  ];
  const result = await run('projects', await file('bad.json', rows), '--json');
  expect(result).toMatchObject({ code: 2, stderr: '' });
  const lines = jsonLines(result);
  expect(lines.pop()).toEqual({
    summary: {
      format: 'projects',
      rows: 14,
      created: 1,
      updated: 0,
      unchanged: 0,
      failed: 13,
      warnings: 0,
      interrupted: false,
      seconds: expect.any(Number),
    },
  });
  expect(
    lines.map(({ row, id, outcome, errors }) => [
      row,
      id,
      outcome,
      errors.map((error: any) => `${error.code} ${error.message}`),
    ]),
  ).toEqual([
    [1, 'BAD-1', 'failed', ['REQUIRED title must not be empty.']],
    [2, 'BAD-2', 'failed', ['INVALID endDate lies before startDate.']],
    [3, 'BAD-3', 'failed', ['INVALID lead.municipalityCode is "0999", which is no Danish municipality.']],
    [4, 'BAD-4', 'failed', ['INVALID title must be at most 300 characters long; this has 301.']],
    [5, 'BAD-5', 'failed', ['INVALID description must be at most 50000 characters long; this has 50001.']],
    [6, 'BAD-6', 'failed', ['INVALID startDate must be a date, YYYY-MM-DD.']],
    [7, 'BAD-7', 'failed', ['INVALID euGrantDKK is more than budgetDKK.']],
    [
      8,
      'BAD-8',
      'failed',
      [
        expect.stringContaining('partners.0.kind must be one of'),
        'INVALID partners.0.name must be at most 300 characters long; this has 301.',
      ],
    ],
    [
      9,
      'BAD-9',
      'failed',
      expect.arrayContaining(['INVALID title must be text.', expect.stringContaining('fund must be one of')]),
    ],
    [10, 'BAD-10', 'failed', ['INVALID lead.cvr must be the eight digits of a CVR number.']],
    [11, null, 'failed', expect.arrayContaining(['INVALID The row must be an object.'])],
    [12, 'GOOD-1', 'created', []],
    [13, 'GOOD-1', 'failed', ['INVALID id is that of row 12, too.']],
    [14, 'BAD-\u001b[31m', 'failed', expect.anything()],
  ]);
  // What no text may hold is taken out, and nothing else.
  expect(await caseStudy('project-good-1', 'status description')).toEqual({
    status: 'PUBLISHED',
    description: 'A light reading \u200froom.\nAnd a garden.',
  });
  expect(await caseStudy('project-bad-2', 'id')).toBeNull();
  // What a file says does not reach the terminal as it is.
  expect((await run('projects', path.join(folder, 'bad.json'))).stderr).toMatch(/^Row 14 \(BAD- \[31m\): /m);
});

test('a practice whose organisation is nowhere, and one without a licence, are refused', async () => {
  const [lamps, smells] = await ownRows('practices');
  const nowhere = { ...lamps, id: 'N-1', organisation: 'Depot of Lamps', location: 'Online' };
  const unlicensed = { ...smells, id: 'N-2', licence: '' };
  const result = await run('practices', await file('refused.json', [nowhere, unlicensed]));
  expect(result.code).toBe(2);
  expect(result.stderr).toMatch(
    /^Row 1 \(N-1\): organisation is at home in a country .*\nRow 2 \(N-2\): licence must not be empty\.\n$/,
  );
});

test('another organisation can answer for what is imported', async () => {
  const [good] = await ownRows('projects');
  const place = await file('answering.json', [{ ...good, id: 'ANSWER-1' }]);
  expect((await run('projects', place, '--organisation', 'dk-775100')).code).toBe(0);
  expect(await caseStudy('project-answer-1', 'organisation { name }')).toEqual({
    organisation: { name: 'Aarhus Kommunes Biblioteker' },
  });
  expect((await run('projects', place, '--organisation', 'fiskernes museum')).stdout).toContain('1 updated');
  expect(await caseStudy('project-answer-1', 'organisation { name }')).toEqual({
    organisation: { name: 'Fiskernes Museum' },
  });
});

test('what looks like personal data goes in all the same, and is counted', async () => {
  const [workshop, quay] = await ownRows('projects');
  Object.assign(workshop, { id: 'TEST-MAIL', description: 'Ask kirsten@example.org, or 010190-1234.' });
  Object.assign(quay, { id: 'TEST-NONE' });
  const place = await file('personal.json', [workshop, quay]);
  const result = await run('projects', place, '--json');
  expect(result).toMatchObject({ code: 0, stderr: '' });
  const [first, second, { summary }] = jsonLines(result);
  expect(second).toMatchObject({ outcome: 'created', warnings: 0 });
  expect(first).toMatchObject({ outcome: 'created', warnings: expect.any(Number) });
  expect(summary).toMatchObject({ created: 2, warnings: first.warnings });
  const { warnings } = await caseStudy('project-test-mail', 'warnings { path acknowledged }');
  expect(new Set(warnings.map(({ path }: any) => path.join('.'))).size).toBe(first.warnings);
  expect(warnings).toContainEqual({ path: ['description'], acknowledged: true });

  // What is public is public: only what is new counts.
  workshop.budgetDKK = 900_001;
  workshop.title = 'Havnens andet værksted, ole@example.org';
  const again = await run('projects', await file('personal.json', [workshop, quay]));
  expect(again.stdout).toContain(
    '0 created, 1 updated, 1 unchanged, 0 failed. 1 text looks as if it had personal data in: see `warnings` of the records.\n',
  );
});
