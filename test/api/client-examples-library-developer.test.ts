/** What a developer of a library system copies, each part run against a server. */
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { endRuns, EXAMPLES, run, runToEnd } from '../helpers/example.js';
import { memberOf, organisationKey } from '../helpers/people.js';
import { createCaseStudy, createLesson, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

const FOLDER = path.join(EXAMPLES, 'library-developer');
const NODE_MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));
const ODENSE = 'DK-746100';

let server: TestServer;
let folder: string;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
  folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-library-developer-'));
});
afterEach(endRuns);
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

describe('typed', () => {
  let typed: string;
  const compile = () => runToEnd(path.join(NODE_MODULES, '.bin/tsc'), ['-p', '.'], { folder: typed });
  const runTyped = (program: string, parameters: string[], key = '') =>
    run(process.execPath, [`build/${program}.js`, ...parameters], {
      folder: typed,
      environment: { MEDSPIL_URL: server.url, MEDSPIL_KEY: key },
    });

  // As a developer does: copied into a project of their own, the types written from the server, compiled.
  beforeAll(async () => {
    typed = path.join(folder, 'typed');
    await cp(path.join(FOLDER, 'typed'), typed, {
      recursive: true,
      filter: (file) => !/\/(build|schema\.d\.ts)$/.test(file),
    });
    await writeFile(path.join(typed, 'package.json'), '{ "type": "module" }');
    await symlink(NODE_MODULES, path.join(typed, 'node_modules'));
    await runToEnd(process.execPath, ['write-schema-types.js', server.url], { folder: typed });
    await compile();
  });

  it('look-up finds a library by its ISIL and the cases of its municipality', async () => {
    const municipality = { municipalityCode: '0461', startedOn: '2025-03-01' };
    await publish(server, await createCaseStudy(server, { title: 'A fjord of books', ...municipality }));
    const lookUp = runTyped('look-up', [ODENSE]);
    expect(await lookUp.exitCode, lookUp.output()).toBe(0);
    expect(lookUp.output()).toMatch(/^DK-746100 is Odense/);
    expect(lookUp.output()).toContain('takes part in: Limboland');
    expect(lookUp.output()).toMatch(/At home in Odense \(0461\):\n(.*\n)*  2025-03-01  A fjord of books\n/);
    const unknown = runTyped('look-up', ['DK-000000']);
    expect(await unknown.exitCode).toBe(1);
    expect(unknown.output()).toContain('There is no library DK-000000');
  });

  it.each([
    [
      'a field that is not in the schema',
      'look-up.ts',
      'slug title startedOn',
      'slug title startedOn subtitle',
      'subtitle',
    ],
    [
      'a field of a mutation that is not',
      'publish-experiences.ts',
      'experience { id ver',
      'experience { iid ver',
      'iid',
    ],
    ['a variable of another type', 'look-up.ts', '{ code, after }', '{ code: 461, after }', "'number'"],
    ['a missing variable', 'look-up.ts', '{ isil })', '{})', "'isil'"],
    ['an enum value that is not', 'publish-experiences.ts', "bad: 'FAILURE'", "bad: 'FAILED'", 'FAILED'],
    ['a missing field of an input', 'publish-experiences.ts', 'caseStudyId: caseStudy.id,', '', 'caseStudyId'],
  ])('%s does not pass the type check', async (_name, file, right, wrong, told) => {
    const text = await readFile(path.join(typed, file), 'utf8');
    expect(text).toContain(right);
    const copy = path.join(folder, 'wrong');
    await rm(copy, { recursive: true, force: true });
    await mkdir(copy);
    for (const name of ['ask.ts', 'schema.d.ts', 'tsconfig.json', 'package.json']) {
      await cp(path.join(typed, name), path.join(copy, name));
    }
    await symlink(NODE_MODULES, path.join(copy, 'node_modules'));
    await writeFile(path.join(copy, file), text.replace(right, wrong));
    const check = run(path.join(NODE_MODULES, '.bin/tsc'), ['--noEmit', '-p', '.'], { folder: copy });
    expect(await check.exitCode).not.toBe(0);
    expect(check.output()).toContain(told);
  });

  describe('publish-experiences', () => {
    const titles = async () => {
      const { data } = await server.admin(
        '{ experiences(first: 100, filter: { statuses: [DRAFT, IN_REVIEW, PUBLISHED] }) { nodes { title } } }',
      );
      return data.experiences.nodes.map(({ title }: { title: string }) => title) as string[];
    };
    const file = (name: string) => path.join(typed, name);

    it('shares each evaluation once, however often it is run', async () => {
      const key = await organisationKey(server, await libraryId(server, ODENSE), ['READ_DRAFTS', 'WRITE', 'PUBLISH']);
      for (let time = 1; time <= 2; time++) {
        const share = runTyped('publish-experiences', [ODENSE, 'evaluations.json'], key);
        expect(await share.exitCode, share.output()).toBe(0);
        expect(share.output()).toBe('17: PUBLISHED\n18: PUBLISHED\n');
        expect((await titles()).filter((title) => /left behind|fourth library/.test(title))).toHaveLength(2);
      }
      const { data } = await server.query(
        '{ caseStudy(slug: "illustration-job-cafe") { experiences { nodes { title outcome organisation { name } } } } }',
      );
      expect(data.caseStudy.experiences.nodes[0]).toMatchObject({
        title: 'Illustration: What the job café left behind',
        outcome: 'MIXED',
        organisation: { name: expect.stringContaining('Odense') },
      });
    });

    it('leaves the publishing to an editor where the key may not', async () => {
      const contributor = await memberOf(server, await libraryId(server, ODENSE), 'CONTRIBUTOR');
      for (let time = 1; time <= 2; time++) {
        const share = runTyped('publish-experiences', [ODENSE, 'evaluations.json'], contributor.key);
        expect(await share.exitCode, share.output()).toBe(0);
        expect(share.output()).toBe('17: waits for an editor\n18: waits for an editor\n');
      }
    });

    it('tells what was refused, and goes on with the next', async () => {
      const key = await organisationKey(server, await libraryId(server, ODENSE), ['READ_DRAFTS', 'WRITE', 'PUBLISH']);
      const [first, second] = JSON.parse(await readFile(file('evaluations.json'), 'utf8'));
      const refused = [
        { ...first, number: 30, headline: '' },
        { ...first, number: 31, partnership: 'never-heard-of' },
        { ...first, number: 32, story: 'Call Anna, her number is 010203-1234.' },
      ];
      await writeFile(file('mixed.json'), JSON.stringify([...refused, { ...second, number: 33 }]));
      const share = runTyped('publish-experiences', [ODENSE, 'mixed.json'], key);
      expect(await share.exitCode, share.output()).toBe(1);
      expect(share.output()).toMatch(/30: (INVALID|REQUIRED) title /);
      expect(share.output()).toContain('31: there is no never-heard-of');
      expect(share.output()).toMatch(/32: REQUIRED acknowledgedWarnings\b/);
      expect(share.output()).toContain('33: PUBLISHED');

      await writeFile(file('changed.json'), JSON.stringify([{ ...second, number: 33, story: 'Told otherwise.' }]));
      const changed = runTyped('publish-experiences', [ODENSE, 'changed.json'], key);
      expect(await changed.exitCode).toBe(1);
      expect(changed.output()).toContain('33: IDEMPOTENCY_CONFLICT idempotencyKey');
    });

    it('says what is wrong with its key', async () => {
      const share = runTyped('publish-experiences', [ODENSE, 'evaluations.json'], 'not-a-key');
      expect(await share.exitCode).toBe(1);
      expect(share.output()).toContain('AskError: UNAUTHENTICATED');
    });
  });
});

describe.each(['apollo', 'urql'])('%s.js', (program) => {
  let own: TestServer;
  let front: TestServer | undefined;
  beforeEach(async () => (own = await startTestServer()));
  afterEach(async () => {
    endRuns();
    await front?.close();
    await own.close();
  });

  it('shows a list that is always up to date, also when the server was away in between', async () => {
    front = await own.sibling();
    const { url } = front;
    const first = await publish(own, await createLesson(own, { title: 'The first of all' }));
    const live = run(process.execPath, [path.join(FOLDER, `${program}.js`), url]);
    await until(() => expect(live.output()).toContain('1 lessons: The first of all\n'));
    const second = await publish(own, await createLesson(own, { title: 'The second' }));
    await until(() => expect(live.output()).toContain('PUBLISHED: The second\n'));
    await until(() => expect(live.output()).toContain('2 lessons: The second | The first of all\n'));

    await front.close();
    const { id, version } = first;
    await mutate(own, 'retract', 'record { id }', { id, version, reason: 'Not true after all.' });
    front = await own.sibling({ PORT: new URL(url).port });
    await until(() => expect(live.output()).toContain('RETRACTED: (taken back)\n'));
    await until(() => expect(live.output()).toMatch(/1 lessons: The second\n$/));

    const revision = { id: second.id, version: second.version, title: 'The second, revised' };
    const { lesson } = await mutate(own, 'updateLesson', 'lesson { id version }', revision);
    await publish(own, { id: second.id, version: lesson.version });
    await until(() => expect(live.output()).toContain('REVISED: The second, revised\n'));
    await until(() => expect(live.output()).toContain('1 lessons: The second, revised\n'));
    expect(live.output().match(/^(PUBLISHED|RETRACTED|REVISED)/gm)).toHaveLength(3);
  }, 120_000);
});
