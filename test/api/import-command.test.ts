import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config.js';
import { openKnowledgeBase } from '../../src/knowledge-base.js';
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
import { until } from '../helpers/until.js';

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

test('what cannot run says so in one line, and imports nothing', async () => {
  const good = await file('projects.json', await ownRows('projects'));
  const cases: [string[], RegExp][] = [
    [['projects', path.join(folder, 'none.json')], /there is no file .*none\.json\.$/],
    [['projects', await file('broken.json', '{"projects": [')], /broken\.json is not valid JSON: /],
    [['projects', await file('shape.json', { practices: [] })], /another shape.*"projects"\.$/],
    [['projects', await file('null.json', 'null')], /another shape/],
    [['projects', await file('latin.json', Buffer.from('["\xe5"]', 'latin1'))], /is not in UTF-8\.$/],
    [['projects', folder], /cannot be read/],
    [['projects', good, '--organisation', 'Nobody'], /no organisation has the ISIL or the name "Nobody"/],
  ];
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
  const { data } = await server.query('{ knowledgeEvents(first: 1) { totalCount } }');
  expect(data.knowledgeEvents.totalCount).toBe(0);
  const unreachable = await start('dist/src/import.js', ['projects', good], {
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  }).result;
  expect(unreachable).toMatchObject({ code: 1, stdout: '' });
  expect(unreachable.stderr).toMatch(/^Medspil cannot start: The database .* cannot be used: .*\n$/);
}, 90_000);

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
    readConfig({ DATABASE_URL: server.database.url, DATA_DIR: folder, SEED: 'false' }),
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
    const { data } = await server.query(`{ caseStudy(slug: "project-half-${number}") { title } }`);
    expect(data.caseStudy).toEqual({ title: 'Læsekaj' });
  }
  expect((await run('projects', place)).stdout).toContain('4 unchanged');
});

test('a terminal is shown a bar, with failures above it', () => {
  const terminal = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const result = new PassThrough();
  const report = createReport({ progress: terminal, result }, 2, false);
  report.row({ row: 1, id: 'A', outcome: 'created', warnings: 2, errors: [] });
  report.row({
    row: 2,
    id: 'B',
    outcome: 'failed',
    warnings: 0,
    errors: [userError(UserErrorCode.INVALID, 'title must be text.')],
  });
  const counts = { format: 'projects', rows: 2, created: 1, updated: 0, unchanged: 0, failed: 1 };
  report.end({ ...counts, warnings: 2, interrupted: false, seconds: 1 });
  const shown = String(terminal.read());
  expect(shown).toContain('Row 2 (B): title must be text.');
  expect(shown).toContain('100% | 2 of 2 rows | 1 failed');
  expect(String(result.read())).toBe(
    '2 rows of projects in 1.0 s: 1 created, 0 updated, 0 unchanged, 1 failed. 2 texts look as if they had personal data in: see `warnings` of the records.\n',
  );
});

test('an import joins a server that runs on the embedded database, and starts that database where none does', async () => {
  const dataDirectory = path.join(folder, 'embedded');
  const variables = { DATA_DIR: dataDirectory, PORT: '0', HOST: '127.0.0.1' };
  const place = await file('practices.json', await ownRows('practices'));
  const embedded = start('dist/src/main.js', [], variables);
  try {
    let output = '';
    embedded.process.stdout!.on('data', (text: string) => (output += text));
    const url = await until(() => /ready at (\S+)/.exec(output)![1]!, { timeout: 30_000 });
    expect((await start('dist/src/import.js', ['practices', place], variables).result).stdout).toContain('2 created');
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: '{ caseStudies { totalCount } knowledgeEvents(first: 10) { totalCount } }' }),
    });
    expect(await response.json()).toMatchObject({
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
