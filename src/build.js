/**
 * Builds `dist`: the server (tsc) and the explorer (esbuild). Runs before start, test and import, so it is quick when
 * there is nothing to do, and two that run at once do not disturb each other.
 *
 * Each part is made in a folder of its own and then moved into `dist` file by file. A rename is atomic and equal sources
 * give equal files, so readers see whole files only, and a second build puts the same ones there again. A failed build
 * moves nothing. `dist/.build.json`, written last, says what the files were made of and how they looked; where anything
 * differs (an edit, a removed file, a build of other sources that ran beside this one), that part is built again.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, extname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const manifestFile = join(dist, '.build.json');
const require = createRequire(import.meta.url);

const WORKSPACE_PREFIX = '.dist-';
const WORKSPACE_ABANDONED_AFTER_MS = 60 * 60 * 1000;

const PRECOMPRESS_FROM_BYTES = 1024;

const EXPLORER_SOURCES = join('src', 'explorer');
/** Read at run time, from where the compiled reference lies. */
const RELEASED_SCHEMAS = join('src', 'reference', 'releases');
const COMMON_SOURCES = [join('src', 'build.js'), 'package-lock.json'];

const parts = {
  server: {
    build: buildServer,
    sources: ['src', 'migrations', 'tsconfig.json', ...COMMON_SOURCES],
    excludes: EXPLORER_SOURCES + sep,
  },
  explorer: {
    build: buildExplorer,
    sources: [EXPLORER_SOURCES, ...COMMON_SOURCES],
  },
};

process.exitCode = await main();

async function main() {
  const manifest = await readManifest();
  const checks = Object.keys(parts).map(async (name) => {
    const hash = await hashSources(parts[name]);
    const built = manifest[name];
    return { name, hash, current: built?.hash === hash && (await areUntouched(built.files)) };
  });
  const stale = (await Promise.all(checks)).filter(({ current }) => !current);
  if (stale.length === 0) return 0;

  if (!isInstalled('typescript') || !isInstalled('esbuild')) {
    if (Object.keys(manifest).length > 0) return 0;
    console.error('dist/ holds no build, and the tools to make one are not installed: run `npm ci` first.');
    return 1;
  }

  await removeAbandonedWorkspaces();
  const builds = stale.map(async ({ name, hash }) => ({ name, hash, workspace: await makeWorkspace() }));
  const made = await Promise.all(builds);
  try {
    return await buildAndPublish(made, manifest);
  } finally {
    await Promise.all(made.map(({ workspace }) => rm(workspace, { recursive: true, force: true })));
  }
}

async function buildAndPublish(stale, manifest) {
  const started = performance.now();
  const results = await Promise.allSettled(stale.map(({ name, workspace }) => parts[name].build(workspace)));
  const built = stale.filter((_, index) => results[index].status === 'fulfilled');
  const failed = stale.filter((part) => !built.includes(part));

  const next = { ...manifest };
  for (const { name, hash, workspace } of built) next[name] = { hash, files: await publish(workspace) };
  if (failed.length === 0) await removeLeftovers(next);
  if (built.length > 0) await writeManifest(next, built[0].workspace);

  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  for (const { name } of built) console.log(`Built the ${name} (${seconds} s).`);
  for (const { name } of failed) console.error(`The ${name} could not be built: dist/ keeps what it had of it.`);
  return failed.length === 0 ? 0 : 1;
}

async function buildServer(workspace) {
  const packageFile = require.resolve('typescript/package.json');
  const compiler = join(dirname(packageFile), require(packageFile).bin.tsc);
  const tsc = spawn(process.execPath, [compiler, '-p', join(root, 'tsconfig.json'), '--outDir', workspace], {
    cwd: root,
    stdio: 'inherit',
  });
  await new Promise((resolve, reject) => {
    tsc.once('error', reject);
    tsc.once('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`tsc ended with ${code ?? signal}`)),
    );
  });
  // npx makes commands executable when it first meets them, and not again when they are new.
  const { bin = {} } = require('../package.json');
  await Promise.all(Object.values(bin).map((file) => chmod(join(workspace, relative('dist', file)), 0o755)));
  const schemas = join(root, RELEASED_SCHEMAS);
  if (existsSync(schemas)) await cp(schemas, join(workspace, RELEASED_SCHEMAS), { recursive: true });
}

async function buildExplorer(workspace) {
  const { build } = await import('esbuild');
  const sources = join(root, EXPLORER_SOURCES);
  const outdir = join(workspace, 'explorer');
  const options = {
    absWorkingDir: root,
    bundle: true,
    define: { 'process.env.NODE_ENV': '"production"' },
    legalComments: 'linked',
    loader: { '.ttf': 'dataurl' },
    logLevel: 'warning',
    minify: true,
    outdir,
    // GraphiQL logs every worker it starts.
    pure: ['console.info'],
    target: 'es2022',
  };
  await build({
    ...options,
    // Flat, so that an address relative to import.meta.url holds in whichever file the code ends up.
    chunkNames: '[name]-[hash]',
    entryPoints: [join(sources, 'explorer.tsx')],
    format: 'esm',
    plugins: [workerPlugin(build, options), editorStylesPlugin()],
    splitting: true,
  });
  for (const name of ['index.html', 'icon.svg']) await cp(join(sources, name), join(outdir, name));
  const files = await listFiles(outdir);
  await Promise.all(files.map((file) => precompress(join(outdir, file))));
}

/** Resolves the `?worker` imports of GraphiQL's Vite set-up: each worker becomes a file, each import its constructor. */
function workerPlugin(build, options) {
  return {
    name: 'worker',
    setup(bundle) {
      bundle.onResolve({ filter: /\?worker$/ }, async ({ path, resolveDir, kind }) => {
        const target = await bundle.resolve(path.replace('?worker', ''), { resolveDir, kind });
        return { ...target, namespace: 'worker' };
      });
      bundle.onLoad({ filter: /.*/, namespace: 'worker' }, async ({ path }) => {
        await build({ ...options, entryPoints: [path], format: 'iife' });
        const address = JSON.stringify(`./${basename(path)}`);
        return { contents: `export default function () { return new Worker(new URL(${address}, import.meta.url)); }` };
      });
    },
  };
}

/** GraphiQL's own style sheet holds the editor's styles already; without this they are bundled once more, unused. */
function editorStylesPlugin() {
  return {
    name: 'editor-styles',
    setup(bundle) {
      bundle.onLoad({ filter: /[\\/]monaco-editor[\\/].*\.css$/ }, () => ({ contents: '', loader: 'empty' }));
    },
  };
}

async function precompress(file) {
  const content = await readFile(file);
  if (content.length < PRECOMPRESS_FROM_BYTES) return;
  // All files at quality 9 take 0.6 s; 11 takes 9.8 s and saves a further 8 percent.
  const [brotli, gzipped] = await Promise.all([
    promisify(brotliCompress)(content, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    promisify(gzip)(content, { level: 9 }),
  ]);
  await writeFile(`${file}.br`, brotli);
  await writeFile(`${file}.gz`, gzipped);
}

/** Moves all files of a workspace into dist; answers how each looks there. */
async function publish(workspace) {
  const files = {};
  for (const file of await listFiles(workspace)) {
    const target = join(dist, file);
    await mkdir(dirname(target), { recursive: true });
    await rename(join(workspace, file), target);
    files[file] = await fingerprint(target);
  }
  return files;
}

async function removeLeftovers(manifest) {
  const kept = new Set(Object.values(manifest).flatMap(({ files }) => Object.keys(files)));
  const leftovers = (await listFiles(dist)).filter((file) => !kept.has(file) && file !== basename(manifestFile));
  await Promise.all(leftovers.map((file) => rm(join(dist, file), { force: true })));
}

/** A sibling of dist, so that the relative paths in tsc's source maps still hold once the files are moved. */
function makeWorkspace() {
  return mkdtemp(join(root, WORKSPACE_PREFIX));
}

async function removeAbandonedWorkspaces() {
  for (const name of await readdir(root)) {
    if (!name.startsWith(WORKSPACE_PREFIX)) continue;
    const { mtimeMs } = await stat(join(root, name));
    if (Date.now() - mtimeMs > WORKSPACE_ABANDONED_AFTER_MS)
      await rm(join(root, name), { recursive: true, force: true });
  }
}

async function writeManifest(manifest, workspace) {
  const draft = join(workspace, basename(manifestFile));
  await writeFile(draft, JSON.stringify(manifest));
  await rename(draft, manifestFile);
}

async function readManifest() {
  try {
    return JSON.parse(await readFile(manifestFile, 'utf8'));
  } catch {
    return {};
  }
}

/** By content rather than by time: a fresh checkout of the same sources needs no build. */
async function hashSources({ sources, excludes }) {
  const files = (await Promise.all(sources.map(listSource))).flat();
  const wanted = [...new Set(files)].filter((file) => !excludes || !file.startsWith(excludes)).sort();
  const contents = await Promise.all(wanted.map((file) => readFile(join(root, file))));
  const hash = createHash('sha256');
  wanted.forEach((file, index) => hash.update(`${file}\0${contents[index].length}\0`).update(contents[index]));
  return hash.digest('hex');
}

async function listSource(source) {
  if (extname(source)) return [source];
  return (await listFiles(join(root, source))).map((file) => join(source, file));
}

/** Every file below a folder, relative to it, at any depth. */
async function listFiles(directory) {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath ?? entry.path, entry.name)));
}

async function areUntouched(files) {
  try {
    const prints = await Promise.all(Object.keys(files).map((file) => fingerprint(join(dist, file))));
    return Object.values(files).every((print, index) => print === prints[index]);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

async function fingerprint(file) {
  const { size, mtimeMs } = await stat(file);
  return `${size} ${mtimeMs}`;
}

function isInstalled(packageName) {
  try {
    require.resolve(packageName);
    return true;
  } catch {
    return false;
  }
}
