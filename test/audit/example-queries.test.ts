/** Every operation in client-examples, in whatever language it is written, against the schema. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { buildSchema, parse, validate } from 'graphql';
import { beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLES, isMissing, runToEnd } from '../helpers/example.js';
import { operationsIn } from '../helpers/example-operations.js';

/** How many operations each file has: one that is not found is one that is not checked. */
const OPERATIONS = {
  'first-steps/publish.js': 1,
  'first-steps/query.js': 1,
  'first-steps/subscribe.js': 1,
  'hub-poll/poll.js': 2,
  'library-developer/apollo.js': 2,
  'library-developer/curl.md': 13,
  'library-developer/receive-webhooks.js': 1,
  'library-developer/typed/look-up.ts': 2,
  'library-developer/typed/publish-experiences.ts': 4,
  'library-developer/urql.js': 2,
  'research/README.md': 2,
  'research/experiences.R': 3,
  'research/graphql_and_plot.py': 3,
  'research/live-notebook.js': 2,
  'resume/follow.js': 2,
  'resume/resume.js': 1,
};
/** Programs that put an operation together; tests run them. */
const COMPOSED = ['first-steps/publish.js'];

const schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
const texts = new Map<string, string>();
beforeAll(async () => {
  for (const entry of await readdir(EXAMPLES, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile()) texts.set(path.relative(EXAMPLES, file), await readFile(file, 'utf8'));
  }
});

const problems = (operation: string) => validate(schema, parse(operation)).map(({ message }) => message);

it('finds them all', () => {
  const found = [...texts].map(([file, text]) => ({ file, ...operationsIn(file, text) }));
  const counts = found.flatMap(({ file, operations }) => (operations.length === 0 ? [] : [[file, operations.length]]));
  expect(Object.fromEntries(counts)).toEqual(OPERATIONS);
  expect(found.filter(({ composed }) => composed.length > 0).map(({ file }) => file)).toEqual(COMPOSED);
});

it.each(Object.keys(OPERATIONS))('%s asks for nothing that is not there', (file) => {
  for (const operation of operationsIn(file, texts.get(file)!).operations) {
    expect(problems(operation), operation).toEqual([]);
  }
});

describe('a wrong field is found', () => {
  it.each([
    ['a.js', '// The server`s\nconst query = `{ lessons { nodes { titel } } }`;'],
    ['a.ts', "ask('query ($id: ID!) { node(id: $id) { id titel } }')"],
    ['a.py', 'LESSONS = """\nquery Lessons {\n  lessons { nodes { titel } }\n}\n"""'],
    ['a.R', 'ask(r"(query Lessons { lessons { nodes { titel } } })")'],
    ['a.md', '```graphql\n{ lessons { nodes { titel } } }\n```'],
    ['a.md', 'curl -d \'{ "query": "{ lesson(slug: \\"a\\") { titel } }" }\''],
    ['a.md', 'jq \'{ query: "mutation { publish(input: { id: \\"a\\", version: 1 }) { titel } }" }\''],
  ])('in %s', (file, text) => {
    const { operations } = operationsIn(file, text);
    expect(operations).toHaveLength(1);
    expect(problems(operations[0]!).join()).toContain('"titel"');
  });
});

describe('programs that this machine may not be able to run are at least programs', () => {
  const scripts = (extension: string) =>
    [...texts.keys()].filter((file) => file.endsWith(extension)).map((file) => path.join(EXAMPLES, file));

  it.skipIf(isMissing('python3'))('in Python', async () => {
    expect(scripts('.py').length).toBeGreaterThan(3);
    const check =
      'import ast, sys\nfor file in sys.argv[1:]: ast.parse(open(file, encoding="utf-8").read(), file, feature_version=(3, 9))';
    await runToEnd('python3', ['-c', check, ...scripts('.py')]);
  });

  it.skipIf(isMissing('Rscript'))('in R', async () => {
    const check = 'for (file in commandArgs(trailingOnly = TRUE)) parse(file)';
    await runToEnd('Rscript', ['-e', check, ...scripts('.R')]);
  });
});
