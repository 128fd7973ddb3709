import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { openKnowledgeBase } from '../../src/app.js';
import { userError, UserErrorCode } from '../../src/common/errors.js';
import { Language } from '../../src/common/language.js';
import { caseStudyInput } from '../../src/import/inputs.js';
import { createReport } from '../../src/import/report.js';
import { IMPORTER } from '../../src/import/runner.js';
import { CaseStudyKind, Scope } from '../../src/modules/case-studies/case-study.entity.js';
import type { CaseStudyContent } from '../../src/modules/case-studies/case-study.service.js';
import { Sector } from '../../src/modules/directory/organisation.entity.js';
import { RecordStatus } from '../../src/modules/records/record.entity.js';
import { publishRecord } from '../../src/seed/publish-record.js';
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
      { pool: 'European Regional Development Fund (ERDF) 2007-2013', amount: 400000.25, currency: 'DKK', year: 2009 },
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
    row('BAD-5', { description: 'before\u0000after' }),
    row('BAD-6', { startDate: '2010-02-30' }),
    row('BAD-7', { budgetDKK: 1, euGrantDKK: 2 }),
    row('BAD-8', { partners: [{ name: 'x\u0000', kind: 'NONE' }] }),
    row('BAD-9', { title: 7, fund: 'X', description: 'half a pair: \ud800' }),
    row('BAD-10', { lead: { ...good.lead, cvr: '12' } }),
    'no row',
    row('GOOD-1', {}),
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
    [
      5,
      'BAD-5',
      'failed',
      ['INVALID summary must hold no control characters.', 'INVALID description must hold no control characters.'],
    ],
    [6, 'BAD-6', 'failed', ['INVALID startDate must be a date, YYYY-MM-DD.']],
    [7, 'BAD-7', 'failed', ['INVALID euGrantDKK is more than budgetDKK.']],
    [
      8,
      'BAD-8',
      'failed',
      [
        expect.stringContaining('partners.0.kind must be one of'),
        'INVALID partners.0.name must hold no control characters.',
      ],
    ],
    [
      9,
      'BAD-9',
      'failed',
      expect.arrayContaining([
        'INVALID title must be text.',
        expect.stringContaining('fund must be one of'),
        'INVALID description must hold no control characters.',
      ]),
    ],
    [10, 'BAD-10', 'failed', ['INVALID lead.cvr must be the eight digits of a CVR number.']],
    [11, null, 'failed', expect.arrayContaining(['INVALID The row must be an object.'])],
    [12, 'GOOD-1', 'created', []],
    [13, 'GOOD-1', 'failed', ['INVALID id is that of row 12, too.']],
    [14, 'BAD-\u001b[31m', 'failed', expect.anything()],
  ]);
  expect(await caseStudy('project-good-1', 'status')).toEqual({ status: 'PUBLISHED' });
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

test('what cannot run says so in one line, and imports nothing', async () => {
  const good = path.join(folder, 'projects.json');
  const cases: [string[], RegExp][] = [
    [['projects', path.join(folder, 'none.json')], /there is no file .*none\.json\.$/],
    [['projects', await file('broken.json', '{"projects": [')], /broken\.json is not valid JSON: /],
    [['projects', await file('shape.json', { practices: [] })], /another shape.*"projects"\.$/],
    [['projects', await file('null.json', 'null')], /another shape/],
    [['projects', await file('latin.json', Buffer.from('["\xe5"]', 'latin1'))], /is not in UTF-8\.$/],
    [['projects', folder], /cannot be read/],
    [['projects', good, '--organisation', 'Nobody'], /no organisation has the ISIL or the name "Nobody"/],
  ];
  const before = await cursor();
  for (const [words, message] of cases) {
    const { code, stdout, stderr } = await run(...words);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect(stderr.trim()).toMatch(/^Medspil cannot import: /);
    expect(stderr.trim()).toMatch(message);
  }
  for (const words of [[], ['projects'], ['poems', good], ['projects', good, '--colour']]) {
    const { code, stderr } = await run(...words);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Medspil cannot import: .*\n\nUsage: /);
  }
  expect(await events(before)).toEqual([]);
  const unreachable = await start('dist/src/import.js', ['projects', good], {
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  }).result;
  expect(unreachable).toMatchObject({ code: 1, stdout: '' });
  expect(unreachable.stderr).toMatch(/^Medspil cannot start: The database .* cannot be used: .*\n$/);
});

describe('an import that is cut short', () => {
  async function manyRows(prefix: string): Promise<string> {
    const [, quay] = await ownRows('projects');
    const rows = Array.from({ length: 120 }, (_, index) => ({ ...quay, id: `${prefix}-${index}` }));
    return file(`${prefix}.json`, rows);
  }

  async function cut(place: string, signal: NodeJS.Signals): Promise<CommandResult> {
    const command = start('dist/src/import.js', ['projects', place, '--json'], { DATABASE_URL: server.database.url });
    const [first] = await once(command.process.stdout!, 'data');
    expect(first).toContain('created');
    command.process.kill(signal);
    return command.result;
  }

  test.each([
    ['SIGKILL', null],
    ['SIGINT', 130],
  ] as const)(
    'by %s is completed by the next',
    async (signal, code) => {
      const place = await manyRows(signal.toLowerCase());
      const result = await cut(place, signal);
      expect(result.code).toBe(code);
      if (code !== null) expect(jsonLines(result).pop().summary).toMatchObject({ interrupted: true, failed: 0 });
      const { summary } = jsonLines(await run('projects', place, '--json')).pop();
      expect(summary).toMatchObject({ updated: 0, failed: 0, interrupted: false });
      expect(summary.created).toBeGreaterThan(0);
      expect(summary.created + summary.unchanged).toBe(120);
      const { data } = await server.admin(`{ caseStudies(first: 1000) { nodes { slug status } } }`);
      const mine = data.caseStudies.nodes.filter(({ slug }: any) =>
        slug.startsWith(`project-${signal.toLowerCase()}-`),
      );
      expect(mine).toHaveLength(120);
      expect(new Set(mine.map(({ status }: any) => status))).toEqual(new Set(['PUBLISHED']));
    },
    60_000,
  );
});

test('records that an import had begun are brought to their end', async () => {
  const [, quay] = await ownRows('projects');
  const rows = [1, 2, 3, 4].map((number) => ({ ...quay, id: `HALF-${number}`, partners: [] }));
  const knowledgeBase = await openKnowledgeBase(
    {
      host: '127.0.0.1',
      port: 0,
      databaseUrl: server.database.url,
      dataDirectory: folder,
      adminApiKey: undefined,
      seed: false,
      logLevel: 'silent',
    },
    pino({ level: 'silent' }),
  );
  try {
    const { caseStudies, records, partners } = knowledgeBase.services;
    const [organisationId] = await knowledgeBase.database.inTransaction((transaction) =>
      partners.ensure(IMPORTER, transaction, [
        { name: 'Havneværkstedet', sector: Sector.CIVIL_SOCIETY, country: 'DK' },
      ]),
    );
    const common = { slug: '', organisationId: organisationId!, themes: [], sources: [], language: Language.DA };
    const begin = (slug: string) =>
      caseStudies.create(
        IMPORTER,
        caseStudyInput(
          { ...common, slug },
          {
            title: 'Begyndt',
            kind: CaseStudyKind.PROJECT,
            scope: Scope.LOCAL,
            state: null,
            summary: 'Begyndt.',
            description: '',
            municipalityCode: null,
            startedOn: null,
            endedOn: null,
            parties: [],
            benefits: [],
            funding: [],
          },
        ) as CaseStudyContent,
      );
    await begin('project-half-1');
    await records.submitForReview(IMPORTER, { id: await begin('project-half-2'), version: 1 });
    const edited = await begin('project-half-3');
    await publishRecord(records, IMPORTER, { id: edited, status: RecordStatus.DRAFT, version: 1 });
    await caseStudies.update(IMPORTER, { id: edited, version: 3, summary: 'Ændret.' });
    await records.submitForReview(IMPORTER, { id: edited, version: 4 });
  } finally {
    await knowledgeBase.close();
  }
  const place = await file('half.json', rows);
  expect((await run('projects', place)).stdout).toContain('3 created, 1 updated, 0 unchanged, 0 failed.');
  for (const number of [1, 2, 3, 4]) {
    expect(await caseStudy(`project-half-${number}`, 'title status')).toEqual({
      title: 'Læsekaj',
      status: 'PUBLISHED',
    });
  }
  expect((await run('projects', place)).stdout).toContain('4 unchanged');
});

test('a terminal is shown a bar, with failures above it', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const result = new PassThrough();
  const report = createReport({ progress: terminal, result }, 2, false);
  report.row({ row: 1, id: 'A', outcome: 'created', errors: [] });
  report.row({
    row: 2,
    id: 'B',
    outcome: 'failed',
    errors: [userError(UserErrorCode.INVALID, 'title must be text.')],
  });
  const counts = { format: 'projects', rows: 2, created: 1, updated: 0, unchanged: 0, failed: 1 };
  report.end({ ...counts, interrupted: false, seconds: 1 });
  const shown = String(terminal.read());
  expect(shown).toContain('Row 2 (B): title must be text.');
  expect(shown).toContain('100% | 2 of 2 rows | 1 failed');
  expect(String(result.read())).toBe('2 rows of projects in 1.0 s: 1 created, 0 updated, 0 unchanged, 1 failed.\n');
});

test('an import joins a server that runs on the embedded database, and starts that database where none does', async () => {
  const dataDirectory = path.join(folder, 'embedded');
  const variables = { DATA_DIR: dataDirectory, PORT: '0', HOST: '127.0.0.1' };
  const place = path.join(folder, 'practices.json');
  const embedded = start('dist/src/main.js', [], variables);
  try {
    let output = '';
    embedded.process.stdout!.on('data', (text: string) => (output += text));
    const url = await vi.waitFor(() => /ready at (\S+)/.exec(output)![1]!, { timeout: 30_000 });
    expect((await start('dist/src/import.js', ['practices', place], variables).result).stdout).toContain('2 created');
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ caseStudies { totalCount } knowledgeEvents(first: 10) { totalCount } }' }),
    });
    expect(await response.json()).toEqual({
      data: { caseStudies: { totalCount: 2 }, knowledgeEvents: { totalCount: 6 } },
    });
  } finally {
    embedded.process.kill('SIGTERM');
    await embedded.result;
  }
  const alone = await start('dist/src/import.js', ['practices', place], variables).result;
  expect(alone).toMatchObject({ code: 0, stdout: expect.stringContaining('0 created, 0 updated, 2 unchanged') });
}, 90_000);

describe('the real data sets', () => {
  const data = fileURLToPath(new URL('../../../shared/data/', import.meta.url));
  const there = existsSync(data);
  if (!there) console.info('The real data sets are not imported: the folder ../shared/data is not there.');

  test.skipIf(!there).each([
    ['projects', 'dk-eu-partnership-projects-2007-2013.json', 598],
    ['practices', 'reinherit-best-practices.json', 73],
  ])(
    '%s go in whole, and a second time change nothing',
    async (format, name, rows) => {
      const first = jsonLines(await run(format, path.join(data, name), '--json'));
      expect(first.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
      expect(first.pop().summary).toMatchObject({ rows, created: rows });
      expect(jsonLines(await run(format, path.join(data, name), '--json')).pop().summary).toMatchObject({
        unchanged: rows,
      });
    },
    240_000,
  );
});
