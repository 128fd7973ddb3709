import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const repository = fileURLToPath(new URL('../..', import.meta.url));

/** A project of a few small files with the real build script, in a folder with a space in its name. */
let project: string;

beforeEach(async () => {
  project = join(await mkdtemp(join(tmpdir(), 'build-')), 'a project');
  await write('package.json', '{"type":"module","bin":{"greet":"dist/src/greet.js"}}');
  await write('package-lock.json', '{}');
  await write('tsconfig.json', await readFile(join(repository, 'tsconfig.json'), 'utf8'));
  await write('src/main.ts', `export const answer: number = 42;\n`);
  await write('src/greet.ts', `#!/usr/bin/env node\nconsole.log('hello');\n`);
  await write('src/old.ts', `export const old = true;\n`);
  await write('migrations/first.ts', `export const first = 1;\n`);
  await write('src/explorer/explorer.tsx', `document.title = 'hello';\n`);
  await write('src/explorer/index.html', `<!doctype html>\n`);
  await write('src/explorer/icon.svg', `<svg xmlns="http://www.w3.org/2000/svg" />\n`);
  await cp(join(repository, 'src/build.js'), join(project, 'src/build.js'));
  await symlink(join(repository, 'node_modules'), join(project, 'node_modules'));
});
afterEach(() => rm(dirname(project), { recursive: true, force: true }));

async function write(file: string, content: string) {
  await mkdir(dirname(join(project, file)), { recursive: true });
  await writeFile(join(project, file), content);
}

function build(): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(project, 'src/build.js')], { cwd: tmpdir() });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => (output += String(chunk)));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output }));
  });
}

const read = (file: string) => readFile(join(project, file), 'utf8');
const changedAt = async (file: string) => (await stat(join(project, file))).mtimeMs;

describe('the build', () => {
  it('makes the server and the explorer from nothing, and then has nothing to do', async () => {
    expect(await build()).toMatchObject({ code: 0, output: expect.stringContaining('Built the explorer') });
    expect(await read('dist/src/main.js')).toContain('answer = 42');
    expect(JSON.parse(await read('dist/src/main.js.map')).sources).toEqual(['../../src/main.ts']);
    expect(await read('dist/explorer/explorer.js')).toContain('hello');
    expect(existsSync(join(project, 'dist/migrations/first.js'))).toBe(true);
    expect((await readdir(project)).filter((name) => name.startsWith('.dist-'))).toEqual([]);

    expect(await build()).toEqual({ code: 0, output: '' });
  });

  it('builds the changed part only, and removes what has no source any more', async () => {
    await build();
    const explorerMadeAt = await changedAt('dist/explorer/explorer.js');
    await write('src/main.ts', `export const answer: number = 43;\n`);
    await rm(join(project, 'src/old.ts'));

    expect(await build()).toMatchObject({ code: 0, output: expect.not.stringContaining('explorer') });
    expect(await read('dist/src/main.js')).toContain('answer = 43');
    expect(existsSync(join(project, 'dist/src/old.js'))).toBe(false);
    expect(await changedAt('dist/explorer/explorer.js')).toBe(explorerMadeAt);
  });

  it('makes a command that can be run, each time', async () => {
    for (const greeting of ['hello', 'hello again']) {
      await write('src/greet.ts', `#!/usr/bin/env node\nconsole.log('${greeting}');\n`);
      await build();
      const { stdout } = await promisify(execFile)(join(project, 'dist/src/greet.js'));
      expect(stdout).toBe(`${greeting}\n`);
    }
  });

  it('makes a file again that was removed from dist', async () => {
    await build();
    await rm(join(project, 'dist/src/main.js'));
    expect((await build()).code).toBe(0);
    expect(await read('dist/src/main.js')).toContain('answer = 42');
  });

  it('fails with the words of the compiler and leaves what worked', async () => {
    await build();
    await write('src/main.ts', `export const answer: number = 'many';\n`);
    await rm(join(project, 'src/old.ts'));

    expect(await build()).toMatchObject({ code: 1, output: expect.stringMatching(/main\.ts.*TS2322/) });
    expect(await read('dist/src/main.js')).toContain('answer = 42');
    expect(existsSync(join(project, 'dist/src/old.js'))).toBe(true);
    expect((await build()).code).toBe(1);
  });

  it('may run several times at once', async () => {
    const builds = await Promise.all([build(), build(), build()]);
    expect(builds.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(await read('dist/src/main.js')).toContain('answer = 42');
    expect((await build()).code).toBe(0);
    expect(await build()).toEqual({ code: 0, output: '' });
  });

  it('is content with what is in dist when the build tools are not installed', async () => {
    await rm(join(project, 'node_modules'));
    expect(await build()).toMatchObject({ code: 1, output: expect.stringContaining('npm ci') });

    await symlink(join(repository, 'node_modules'), join(project, 'node_modules'));
    await build();
    await rm(join(project, 'node_modules'));
    await write('src/main.ts', `export const answer: number = 43;\n`);
    expect(await build()).toEqual({ code: 0, output: '' });
    expect(await read('dist/src/main.js')).toContain('answer = 42');
  });
});
