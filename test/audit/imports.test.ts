/** Who may import whom, and the other habits of the source that a reader relies on. */
import { beforeAll, describe, expect, it } from 'vitest';
import { parseSourceFile, readSourceFiles, type SourceFile } from './source-files.js';

/** A module may use those above it. */
const MODULES = [
  'directory',
  'people',
  'framework',
  'records',
  'case-studies',
  'experiences',
  'lessons',
  'search',
  'knowledge-events',
  'documents',
  'citations',
  'linked-data',
  'notifications',
  'webhooks',
  'feeds',
  'digests',
  'statistics',
  'harvest',
  'exports',
  'snapshots',
];

const MODULE_BASE = ['common', 'platform/database', 'platform/log', 'platform/auth'];
/** What writes through the services needs what goes into them; reading is the resolvers' business. */
const WRITER_BASE = [
  'common',
  'platform/database',
  'platform/auth',
  /^src\/modules\/(?!.*\.(resolver|loaders|filter)\.ts$)/,
];
const EVERYTHING = /^(?!src\/main\.ts$)/;

/** What a part may import besides itself: parts by name, or a pattern that paths match. */
const MAY_IMPORT: Record<string, readonly (string | RegExp)[]> = {
  common: [],
  'platform/database': ['common'],
  'platform/log': ['common', 'platform/database'],
  'platform/auth': ['common', 'platform/database'],
  'platform/limits': ['common'],
  'platform/telemetry': ['common'],
  'platform/graphql': ['common', 'platform/auth', 'platform/limits', 'platform/log', 'platform/telemetry'],
  'platform/server': ['common', 'platform/graphql', 'platform/auth', 'platform/limits', 'platform/telemetry'],
  ...Object.fromEntries(
    MODULES.map((module, place) => [
      `modules/${module}`,
      [
        ...MODULE_BASE,
        /^src\/modules\/[^/]+\/[^/]+\.entity\.ts$/,
        // Resolvers are the schema's alone.
        ...MODULES.slice(0, place).map((above) => new RegExp(`^src/modules/${above}/(?!.*\\.resolver\\.ts$)`)),
      ],
    ]),
  ),
  seed: WRITER_BASE,
  import: [...WRITER_BASE, 'seed', 'knowledge-base.ts'],
  explorer: [],
  reference: ['common'],
  pull: [],
  backup: ['platform/database', 'config.ts', 'entities.ts', 'knowledge-base.ts'],
  cli: [EVERYTHING],
  'cli.ts': ['cli'],
  'config.ts': ['common', /^src\/platform\/(auth\/token-verifier|limits\/bucket)\.ts$/],
  'build.js': [],
  doctor: ['monitoring', /^src\/(config|entities)\.ts$/, /^src\/(platform|modules)\/(?!.*\.resolver\.ts$)/],
  monitoring: [/^src\/(config|knowledge-base|version)\.ts$/, /^src\/(platform|modules)\/(?!.*\.resolver\.ts$)/],
  'start-failure.ts': ['config.ts'],
  'version.ts': [],
  'schema.ts': ['common', /^src\/modules\/.*\.resolver\.ts$/],
  'write-permissions.ts': ['platform/auth'],
  'write-schema.ts': ['schema.ts'],
  'entities.ts': ['migrations', /^src\/modules\/.*\.entity\.ts$/],
  'knowledge-base.ts': [/^(?!src\/(main|app)\.ts$)/],
  'app.ts': [EVERYTHING],
  'background.ts': [/^src\/(config|version|knowledge-base)\.ts$/, 'monitoring', /^src\/(platform|modules)\//],
  'import.ts': [EVERYTHING],
  'main.ts': ['app.ts', 'config.ts', 'start-failure.ts', 'platform/telemetry'],
  migrations: [],
};

/** The part of the house that a file belongs to. */
function partOf(path: string): string {
  const [, part] = /^(?:src\/)?((?:platform|modules)\/[^/]+(?=\/)|[^/]+)/.exec(path)!;
  return part!;
}

function forbiddenImports(files: readonly SourceFile[]): string[] {
  const paths = new Set(files.map(({ path }) => path));
  return files.flatMap(({ path, imports }) => {
    const part = partOf(path);
    const allowed = MAY_IMPORT[part];
    if (allowed === undefined) return [`${path}: "${part}" has no place in the table of this test`];
    return imports.flatMap(({ specifier, target }) => {
      if (target === null) return packageIsForbidden(path, specifier) ? [`${path} imports ${specifier}`] : [];
      if (!paths.has(target)) return isAsset(specifier) ? [] : [`${path} imports ${specifier}, which is not there`];
      const other = partOf(target);
      const isAllowed =
        other === part || allowed.some((rule) => (typeof rule === 'string' ? rule === other : rule.test(target)));
      return isAllowed ? [] : [`${path} imports ${target}`];
    });
  });
}

function packageIsForbidden(path: string, specifier: string): boolean {
  return (
    (specifier === 'typeorm' && path.endsWith('.resolver.ts')) ||
    (specifier === 'type-graphql' && path.endsWith('.service.ts'))
  );
}

/** Bundled into the explorer's page. */
function isAsset(specifier: string): boolean {
  return /\.(css|svg)$/.test(specifier);
}

/** Files that need one another to be loaded first: which of them then sees `undefined` depends on who starts. */
function importCycles(files: readonly SourceFile[]): string[] {
  const targets = new Map(
    files.map(({ path, imports }) => [path, imports.filter(({ typeOnly }) => !typeOnly).map(({ target }) => target)]),
  );
  const cycles: string[] = [];
  const done = new Set<string>();
  const trail: string[] = [];
  const visit = (path: string): void => {
    if (trail.includes(path)) {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    trail.push(path);
    for (const target of targets.get(path) ?? []) if (target !== null) visit(target);
    trail.pop();
    done.add(path);
  };
  for (const { path } of files) visit(path);
  return cycles;
}

/** The only files that may touch a member of `process` which acts on the whole process. */
const PROCESS_MEMBERS: Record<string, readonly string[]> = {
  env: ['src/config.ts'],
  exit: ['src/main.ts', 'src/import.ts'],
  abort: [],
  chdir: [],
};

function processAccesses(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, processMembers }) =>
    Object.entries(PROCESS_MEMBERS)
      .filter(([member, places]) => processMembers.has(member) && !places.includes(path))
      .map(([member]) => `${path} uses process.${member}`),
  );
}

/** Names under which anything can hide. */
const VAGUE_NAME = /(^|\/)(index|utils?|helpers?|misc|shared)\.[a-z]+$/;
const MOST_LINES = 300;

function unreadableFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, lines }) => [
    ...(VAGUE_NAME.test(path) ? [`${path} has a name that says nothing`] : []),
    ...(lines > MOST_LINES ? [`${path} has ${lines} lines`] : []),
    ...(/^[a-z0-9./-]+$/.test(path) ? [] : [`${path} is not in kebab-case`]),
  ]);
}

describe('the source', () => {
  let source: SourceFile[];
  let everything: SourceFile[];

  beforeAll(async () => {
    source = await readSourceFiles('src');
    everything = [...source, ...(await readSourceFiles('migrations'))];
  });

  it('is found, with its imports', () => {
    expect(source.length).toBeGreaterThan(100);
    expect(source.flatMap(({ imports }) => imports).length).toBeGreaterThan(500);
  });

  it('imports along the table alone', () => expect(forbiddenImports(everything)).toEqual([]));

  it('has no import cycles', () => expect(importCycles(everything)).toEqual([]));

  it('reads the environment and ends the process in one place each', () => {
    expect(processAccesses(everything)).toEqual([]);
  });

  it('is in small files with names that say what is in them', () => expect(unreadableFiles(source)).toEqual([]));
});

describe('the checks notice', () => {
  const parse = (files: Record<string, string>) =>
    Object.entries(files).map(([path, text]) => parseSourceFile(path, text));
  /** Judged among some files that are there to be imported. */
  const forbidden = (path: string, text: string) =>
    forbiddenImports(
      parse({
        'src/common/errors.ts': '',
        'src/platform/database/database.ts': '',
        'src/platform/log/knowledge-log.ts': '',
        'src/modules/directory/organisation.service.ts': '',
        'src/modules/lessons/lesson.entity.ts': '',
        'src/modules/lessons/lesson.service.ts': '',
        'src/modules/lessons/lesson.resolver.ts': '',
        'src/main.ts': '',
        [path]: text,
      }),
    );

  it.each([
    ['common that knows of ours', 'src/common/text.ts', `import { a } from '../platform/database/database.js';`],
    [
      'a type of a part that is out of reach',
      'src/platform/limits/a.ts',
      `import type { A } from '../log/knowledge-log.js';`,
    ],
    ['a type that is named in passing', 'src/platform/limits/a.ts', `let a: import('../log/knowledge-log.js').A;`],
    ['an import at run time', 'src/platform/limits/a.ts', `await import('../log/knowledge-log.js');`],
    ['something passed on', 'src/platform/limits/a.ts', `export { a } from '../log/knowledge-log.js';`],
    ['everything passed on', 'src/platform/limits/a.ts', `export * from '../log/knowledge-log.js';`],
    ['the platform that knows a module', 'src/platform/auth/a.ts', `import '../../modules/lessons/lesson.entity.js';`],
    ['a service of a module below', 'src/modules/records/a.service.ts', `import '../lessons/lesson.service.js';`],
    ['a resolver of another module', 'src/modules/search/a.ts', `import '../lessons/lesson.resolver.js';`],
    ['typeorm in a resolver', 'src/modules/search/a.resolver.ts', `import type { A } from 'typeorm';`],
    ['type-graphql in a service', 'src/modules/search/a.service.ts', `import { Field } from 'type-graphql';`],
    ['the composition root that starts itself', 'src/app.ts', `import './main.js';`],
    ['a file that is not there', 'src/app.ts', `import './nowhere.js';`],
    ['a module that has no place', 'src/modules/unheard-of/a.ts', ''],
    ['a part that has no place', 'src/attic/a.ts', ''],
  ])('%s', (_what, path, text) => expect(forbidden(path, text)).toHaveLength(1));

  it.each([
    ['an entity of a module below', 'src/modules/records/a.service.ts', `import '../lessons/lesson.entity.js';`],
    ['a service of a module above', 'src/modules/lessons/a.ts', `import '../directory/organisation.service.js';`],
    [
      'what only looks like an import',
      'src/common/text.ts',
      `const a = "import '../main.js'"; // import '../main.js';`,
    ],
  ])('nothing about %s', (_what, path, text) => expect(forbidden(path, text)).toEqual([]));

  it('cycles, but not those that are gone once compiled', () => {
    const cycle = (kind: string) =>
      importCycles(
        parse({
          'src/common/a.ts': `import { b } from './b.js';`,
          'src/common/b.ts': `import { c } from './c.js';`,
          'src/common/c.ts': `import ${kind} { a } from './a.js';`,
        }),
      );
    expect(cycle('')).toEqual(['src/common/a.ts -> src/common/b.ts -> src/common/c.ts -> src/common/a.ts']);
    expect(cycle('type')).toEqual([]);
  });

  it.each([
    `console.log(process.env.HOME);`,
    `const { HOME } = process['env'];`,
    `const { env } = process;`,
    `console.log(globalThis.process.env);`,
    `import { env } from 'node:process';`,
    `if (broken) process.exit(1);`,
    `import { exit as stop } from 'process';`,
  ])('%s', (text) => expect(processAccesses(parse({ 'src/common/a.ts': text }))).toHaveLength(1));

  it('names and lengths', () => {
    const files = {
      'src/common/utils.ts': '',
      'src/seed/index.ts': '',
      'src/seed/Cases.ts': '',
      'src/seed/a.ts': ' ;\n'.repeat(301),
    };
    expect(unreadableFiles(parse(files))).toHaveLength(4);
  });
});
