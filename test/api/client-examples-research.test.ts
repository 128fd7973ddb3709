/** What researchers start from, each script run against a server; Python's gql by a stand-in, as it is not to be had everywhere. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endRuns, EXAMPLES, isMissing, run, type Run, runToEnd, shellBlocks } from '../helpers/example.js';
import { createCaseStudy, createExperience, createLesson, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const SCRIPTS = path.join(EXAMPLES, 'research');
const PYTHON = {
  // Nothing is to be left beside the scripts.
  PYTHONDONTWRITEBYTECODE: '1',
  PYTHONPATH: fileURLToPath(new URL('../helpers/python-gql', import.meta.url)),
};

let server: TestServer;
let folder: string;
let caseStudy: { id: string; version: number };
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  caseStudy = await publish(server, await createCaseStudy(server, { title: 'A café, "with" commas' }));
  await shareExperience('How it began', 'SUCCESS');
});
afterAll(() => server.close());
beforeEach(async () => (folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-research-'))));
afterEach(async () => {
  endRuns();
  await rm(folder, { recursive: true, force: true });
});

async function shareExperience(title: string, outcome: string) {
  const draft = await createExperience(server, caseStudy.id, { title, outcome });
  return publish(server, draft);
}

const written = (name: string) => readFile(path.join(folder, name), 'utf8');

/** The rows of a CSV file, by the names of the columns. */
async function table(): Promise<Record<string, string>[]> {
  const [header, ...rows] = (await written('experiences.csv')).trimEnd().split(/\r?\n/).map(splitLine);
  return rows.map((row) => Object.fromEntries(row.map((value, column) => [header![column], value])));
}
function splitLine(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare!,
  );
}

/** What the API says is to be in the tables. */
async function expectedRows(): Promise<{ slug: string; caseTitle: string; kind: string; lessons: string[] }[]> {
  const { data } = await server.query(`{ experiences(first: 100) { nodes {
    slug caseStudy { title kind } lessons { nodes { slug } } } } }`);
  return data.experiences.nodes.map((node: any) => ({
    slug: node.slug,
    caseTitle: node.caseStudy.title,
    kind: node.caseStudy.kind,
    lessons: node.lessons.nodes.map(({ slug }: { slug: string }) => slug).sort(),
  }));
}

describe.skipIf(isMissing('python3')).each(['export_and_plot.py', 'graphql_and_plot.py'])('%s', (script) => {
  const draw = (...parameters: string[]) =>
    runToEnd('python3', [script, '--url', server.url, '--folder', folder, ...parameters], {
      folder: SCRIPTS,
      environment: PYTHON,
    });

  it('joins experiences to their cases and lessons, and draws them', async () => {
    await draw('--illustrations');
    const rows = (await table()).map((row) => ({
      slug: row.experience,
      caseTitle: row.case_title,
      kind: row.case_kind,
      lessons: `${row.supports} ${row.contradicts}`.split(' ').filter(Boolean).sort(),
    }));
    const expected = await expectedRows();
    expect(expected.length).toBeGreaterThan(8);
    expect(rows).toHaveLength(expected.length);
    expect(rows).toEqual(expect.arrayContaining(expected));
    const picture = await written('outcomes.svg');
    expect(picture).toMatch(/^<svg .*<\/svg>\n$/s);
    expect(picture).toContain('>Hybrid culture arena<');
    expect(picture).toContain('>3 experiences, 3 lessons<');
  });

  it('leaves illustrations out unless asked', async () => {
    await draw();
    expect((await table()).map((row) => row.title)).toEqual(['How it began']);
    expect(await written('outcomes.svg')).toContain('>1 experience, 0 lessons<');
  });
});

describe.skipIf(isMissing('python3', 'Rscript'))('as of a time', () => {
  it.each([
    ['python3', ['graphql_and_plot.py', '--url', '', '--folder', '', '--as-of', '']],
    ['Rscript', ['experiences.R', '', '', '']],
  ])(
    '%s makes the table of then again',
    async (command, parameters) => {
      const places = [() => server.url, () => folder, () => time];
      const { data } = await server.query(
        '{ experiences(last: 1, filter: { provenances: [REPORTED] }) { nodes { publishedAt } } }',
      );
      const time = data.experiences.nodes[0].publishedAt as string;
      const draft = await shareExperience('Later', 'MIXED');
      // A time is settled once a second has gone by.
      await until(
        async () => {
          const { errors } = await server.query('query ($asOf: DateTime) { lessons(asOf: $asOf) { totalCount } }', {
            asOf: time,
          });
          expect(errors).toBeUndefined();
        },
        { interval: 100 },
      );
      const filled = parameters.map((parameter) => parameter || places.shift()!());
      await runToEnd(command, filled, { folder: SCRIPTS, environment: PYTHON });
      expect((await table()).map((row) => row.title)).toEqual(['How it began']);
      await mutate(server, 'retract', 'record { id }', {
        id: draft.id,
        version: draft.version,
        reason: 'For the next test.',
      });
    },
    60_000,
  );
});

it.skipIf(isMissing('python3'))('export_and_plot.py says what it pulled', async () => {
  await runToEnd('python3', ['export_and_plot.py', '--url', server.url, '--folder', folder], {
    folder: SCRIPTS,
    environment: PYTHON,
  });
  const { data } = await server.query('{ knowledgeCursor }');
  expect(JSON.parse(await written('about.json'))).toEqual({
    url: `${server.url}/export/records.ndjson`,
    pulledAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    cursor: data.knowledgeCursor,
  });
  const counted = await server.query(
    '{ caseStudies { totalCount } experiences { totalCount } lessons { totalCount } }',
  );
  const total = Object.values<any>(counted.data).reduce((sum, { totalCount }) => sum + totalCount, 0);
  expect((await written('records.ndjson')).trimEnd().split('\n')).toHaveLength(total);
});

it.skipIf(isMissing('python3')).each([
  ['packed', { 'content-encoding': 'gzip' }],
  ['plain', {}],
])('export_and_plot.py keeps what it had when a %s stream breaks off', async (_name, headers) => {
  const text = `${'{"recordKind":"LESSON","provenance":"REPORTED"}\n'.repeat(5_000)}`;
  const broken = createServer((_request, response) => {
    response.writeHead(200, headers);
    const whole = 'content-encoding' in headers ? gzipSync(text) : Buffer.from(text);
    response.write(whole.subarray(0, whole.length / 2), () => response.destroy());
  });
  await once(broken.listen(0, '127.0.0.1'), 'listening');
  await writeFile(path.join(folder, 'records.ndjson'), 'of yesterday\n');
  const { port } = broken.address() as AddressInfo;
  const parameters = ['export_and_plot.py', '--url', `http://127.0.0.1:${port}`, '--folder', folder];
  const pull = run('python3', parameters, { folder: SCRIPTS, environment: PYTHON });
  expect(await pull.exitCode).toBe(1);
  expect(pull.output()).toMatch(/EOFError|IncompleteRead|ConnectionReset/);
  expect(await written('records.ndjson')).toBe('of yesterday\n');
  broken.close();
});

describe.skipIf(isMissing('Rscript'))('experiences.R', () => {
  const draw = (...parameters: string[]) =>
    runToEnd('Rscript', ['experiences.R', server.url, folder, ...parameters], { folder: SCRIPTS });

  it('joins experiences to their cases and lessons, and draws them', async () => {
    await draw('illustrations');
    const expected = await expectedRows();
    const rows = await table();
    expect(new Set(rows.map(({ experience }) => experience)).size).toBe(expected.length);
    const pairs = rows.map((row) => `${row.case_title} ${row.case_kind} ${row.lesson}`);
    const wanted = expected.flatMap(({ caseTitle, kind, lessons }) =>
      (lessons.length > 0 ? lessons : ['NA']).map((lesson) => `${caseTitle} ${kind} ${lesson}`),
    );
    expect(pairs.sort()).toEqual(wanted.sort());
    const picture = await readFile(path.join(folder, 'outcomes.png'));
    expect(picture.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.readUInt32BE(16)).toBe(900);
  }, 60_000);

  it('leaves illustrations out unless asked', async () => {
    await draw();
    expect((await table()).map((row) => row.title)).toEqual(['How it began']);
  }, 60_000);
});

describe('live-notebook.js', () => {
  const follow = () => run(process.execPath, ['research/live-notebook.js', server.url, folder]);
  const toShow = (notebook: Run, ...texts: (string | RegExp)[]) =>
    until(async () => {
      const text = await written('notebook.md');
      for (const expected of texts) expect(text, notebook.output()).toMatch(expected);
    });

  it('is up to date with what happens, also with what happened while it was not running', async () => {
    const notebook = follow();
    await toShow(notebook, '1 experience at', /\| project \| 1 \| 0 \| 0 \| 0 \|/);
    const second = await shareExperience('How it went on', 'MIXED');
    await toShow(
      notebook,
      '2 experiences',
      /\| project \| 1 \| 1 \| 0 \| 0 \|/,
      /project {2}█▒$/m,
      'PUBLISHED: How it',
    );

    const lesson = await publish(server, await createLesson(server, { title: 'What follows' }));
    const { errors } = await mutate(server, 'addEvidence', 'lesson { id }', {
      lessonId: lesson.id,
      experienceId: second.id,
      stance: 'SUPPORTS',
    });
    expect(errors).toEqual([]);
    await toShow(notebook, /\| project \| 1 \| 1 \| 0 \| 1 \|/, 'EVIDENCE_ADDED: What follows');

    notebook.interrupt();
    expect(await notebook.exitCode, notebook.output()).toBe(0);
    await mutate(server, 'retract', 'record { id }', { id: second.id, version: second.version, reason: 'Not true.' });
    await shareExperience('How it ended', 'FAILURE');
    const again = follow();
    await toShow(again, '2 experiences', /\| project \| 1 \| 0 \| 1 \| 0 \|/, 'RETRACTED: (taken back)');
    await toShow(again, 'PUBLISHED: How it ended');
  }, 60_000);

  it('shows illustrations when asked', async () => {
    const notebook = run(process.execPath, ['research/live-notebook.js', '--illustrations', server.url, folder]);
    await toShow(notebook, /\| hybrid culture arena \| 2 \| 1 \| 0 \| 3 \|/);
  });
});

describe.skipIf(isMissing('curl'))('the commands of the README', () => {
  const commands = async (place: number) => {
    const blocks = await shellBlocks(path.join(SCRIPTS, 'README.md'));
    return blocks.filter(({ heading }) => heading === 'Without a script')[place]!.commands;
  };
  const inShell = (script: string) =>
    runToEnd('bash', ['-euo', 'pipefail', '-c', script], { folder, environment: { MEDSPIL_URL: server.url } });

  it('count', async () => {
    const { data } = JSON.parse(await inShell(await commands(0)));
    expect(data.statistics.regions.length).toBeGreaterThan(0);
    expect(data.statistics.sectorPairs).toEqual(expect.arrayContaining([expect.objectContaining({ one: 'LIBRARY' })]));
    expect(data.statistics.outcomes).toEqual(expect.any(Array));
  });

  it('cite', async () => {
    expect(JSON.parse(await inShell(await commands(1))).data.caseStudy.citation).toMatch(/^@\w+\{[^]*Limboland/);
  });

  it('pull everything, and then what changed', async () => {
    const draft = await shareExperience('Soon taken back', 'MIXED');
    const [pull, take, pullChanges] = (await commands(2)).trim().split('\n');
    const cursor = (await inShell(`${pull}\n${take}\necho "$cursor"`)).trim();
    expect((await written('records.ndjson')).split('\n').length).toBeGreaterThan(18);
    expect(await written('headers.txt')).toMatch(/^content-encoding: gzip/im);

    const { id, version } = draft;
    await mutate(server, 'retract', 'record { id }', { id, version, reason: 'Not true after all.' });
    const changes = (await inShell(`cursor=${cursor}\n${pullChanges}`)).trimEnd().split('\n');
    expect(changes.map((line) => JSON.parse(line))).toContainEqual(expect.objectContaining({ id, deleted: true }));
  });
});
