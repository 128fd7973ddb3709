/** The examples for clients, each run as its reader would run it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

let server: TestServer;
const running = new Set<ChildProcess>();
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
});
afterAll(() => server.close());

interface Run {
  /** What it has written so far, to both streams. */
  readonly output: () => string;
  readonly exitCode: Promise<number | null>;
}

function run(example: string, parameters: string[], environment: Record<string, string> = {}): Run {
  const file = fileURLToPath(new URL(`../../client-examples/${example}`, import.meta.url));
  const child = spawn(process.execPath, [file, ...parameters], { env: { ...process.env, ...environment } });
  running.add(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const exitCode = new Promise<number | null>((resolve) =>
    child.on('close', (code) => {
      running.delete(child);
      resolve(code);
    }),
  );
  return { output: () => output, exitCode };
}

const waitFor = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 20 });

describe('first-steps', () => {
  it('query.js tells of the cases and their lessons', async () => {
    const query = run('first-steps/query.js', [server.url]);
    expect(await query.exitCode, query.output()).toBe(0);
    expect(query.output()).toContain('6 case studies');
    expect(query.output()).toContain('Limboland');
    expect(query.output()).toMatch(/lesson \(HIGH\): Illustration:/);
  });

  it('subscribe.js hears what publish.js publishes, and goes on behind a cursor', async () => {
    const live = run('first-steps/subscribe.js', [server.url]);
    await waitFor(() => expect(live.output()).toContain('listening'));
    const publish = run('first-steps/publish.js', [server.url], { MEDSPIL_KEY: ADMIN_KEY });
    expect(await publish.exitCode, publish.output()).toBe(0);
    expect(publish.output()).toMatch(/^PUBLISHED: Give the partner a seat/);
    await waitFor(() => expect(live.output()).toMatch(/PUBLISHED LESSON: Give the partner a seat/));

    const { data } = await server.query('{ knowledgeEvents(last: 2) { edges { cursor } } }');
    const resumed = run('first-steps/subscribe.js', [server.url, data.knowledgeEvents.edges[0].cursor]);
    await waitFor(() => expect(resumed.output()).toMatch(/PUBLISHED LESSON: Give the partner a seat/));
    expect(resumed.output().match(/PUBLISHED/g)).toHaveLength(1);
  });

  it('publish.js says what is missing without a key', async () => {
    const publish = run('first-steps/publish.js', [server.url], { MEDSPIL_KEY: '' });
    expect(await publish.exitCode).toBe(1);
    expect(publish.output()).toContain('Set MEDSPIL_KEY');
  });
});
