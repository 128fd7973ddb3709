import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Fastify from 'fastify';
import { buildSchema, parse, validate } from 'graphql';
import { chromium, type Browser, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { operations } from '../../src/explorer/operations.js';
import { registerExplorer } from '../../src/platform/server/explorer.js';
import { createLesson, publish } from '../helpers/records.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';

const directory = fileURLToPath(new URL('../../dist/explorer', import.meta.url));

const browserPath = [
  process.env.CHROMIUM_PATH,
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
].find((path) => path && existsSync(path));

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterAll(() => server.close());

describe('the files of the explorer', () => {
  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(new URL(path, server.url), { headers, redirect: 'manual' });

  it('are served under a policy that allows this origin only', async () => {
    for (const path of ['/graphiql', '/graphiql/explorer.js', '/graphiql/graphql.worker.js']) {
      const response = await get(path);
      expect(response.status).toBe(200);
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      const policy = response.headers.get('content-security-policy');
      expect(policy).toMatch(/default-src 'none';.* script-src 'self';/);
      expect(policy).not.toMatch(/https?:|unsafe-eval|\*/);
    }
    expect((await get('/graphiql')).headers.get('content-type')).toMatch(/^text\/html/);
  });

  it('are revalidated by their ETag, and kept for good where the name changes with the content', async () => {
    const first = await get('/graphiql/explorer.js');
    expect(first.headers.get('cache-control')).toBe('no-cache');
    const again = await get('/graphiql/explorer.js', {
      'if-none-match': first.headers.get('etag')!,
      'cache-control': 'max-age=0',
    });
    expect(again.status).toBe(304);

    const chunk = /"\.\/([\w.-]+-[A-Z0-9]{8}\.js)"/.exec(await first.text())?.[1];
    const lasting = await get(`/graphiql/${chunk}`);
    expect(lasting.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
  });

  it.each(['br', 'gzip'])('are sent as %s to those who accept it', async (encoding) => {
    const response = await get('/graphiql/explorer.js', { 'accept-encoding': encoding });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(response.headers.get('vary')).toBe('accept-encoding');
    expect(response.headers.get('content-type')).toMatch(/javascript/);
    expect(await response.text()).toContain('knowledgeEvents');
  });

  it('have one address for the page, with a redirect from the slash that people add', async () => {
    const slash = await get('/graphiql/');
    expect(slash.status).toBe(308);
    expect(new URL(slash.headers.get('location')!, `${server.url}/graphiql/`).pathname).toBe('/graphiql');
    expect((await get('/graphiql/index.html')).status).toBe(404);
  });
});

describe('the ready operations', () => {
  const schemaFile = new URL('../../schema.graphql', import.meta.url);

  const named = operations.map(({ query }) => ({
    name: /^(?:query|mutation|subscription) (\w+)/m.exec(query)![1],
    query,
  }));

  it.each(named)('are valid against the schema: $name', ({ query }) => {
    const published = buildSchema(readFileSync(schemaFile, 'utf8'));
    expect(validate(published, parse(query)).map(({ message }) => message)).toEqual([]);
  });
});

it('a browser is there for the checks of the page', (context) => {
  if (browserPath) return;
  const reason = 'No Chromium at CHROMIUM_PATH or in the usual places: the explorer is not opened in a browser.';
  if (process.env.CI) throw new Error(reason);
  console.warn(reason);
  context.skip(reason);
});

describe.runIf(browserPath)('the explorer in a browser', () => {
  const problems: string[] = [];
  const requested: URL[] = [];
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: browserPath, args: ['--no-sandbox'] });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    problems.length = 0;
    requested.length = 0;
    const context = await browser.newContext();
    page = await context.newPage();
    context.on('request', (request) => requested.push(new URL(request.url())));
    page.on('console', (message) => ['error', 'warning'].includes(message.type()) && problems.push(message.text()));
    page.on('pageerror', (error) => problems.push(error.message));
    await page.goto(`${server.url}/graphiql`);
  });
  afterEach(() => page.context().close());

  const execute = () => page.getByRole('button', { name: /^Execute query/ }).click();
  const shown = async (selector: string) => (await page.locator(selector).innerText()).replaceAll('\u00a0', ' ');

  it('runs the first operation, asks this origin only, and reports no error', async () => {
    await expect.poll(() => shown('.graphiql-query-editor')).toContain('query FirstLook');
    await execute();
    await expect.poll(() => shown('.graphiql-response')).toMatch(/"totalCount": [1-9]/);
    await expect
      .poll(() => page.workers().map((worker) => new URL(worker.url()).pathname))
      .toEqual(expect.arrayContaining(['/graphiql/editor.worker.js', '/graphiql/graphql.worker.js']));

    const { host } = new URL(server.url);
    const elsewhere = requested.filter((url) => url.protocol !== 'data:' && url.host !== host);
    expect(elsewhere.map(String)).toEqual([]);
    expect(requested.map((url) => url.pathname)).toContain('/graphql');
    expect(problems).toEqual([]);
  });

  it('opens with a tab for each ready operation', async () => {
    await expect.poll(() => page.getByRole('tab').count()).toBe(operations.length);
  });

  it('shows the query of a link in a tab of its own, without the headers of another, and does not run it', async () => {
    await expect.poll(() => shown('.graphiql-query-editor')).toContain('query FirstLook');
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
    await page.keyboard.insertText(`{"Authorization": "Bearer ${ADMIN_KEY}"}`);
    const posted: (string | undefined)[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes('slug')) posted.push(request.headers()['authorization']);
    });
    await page.goto(`${server.url}/graphiql?query=${encodeURIComponent('{ themes { slug } }')}`);
    await expect.poll(() => shown('.graphiql-query-editor')).toContain('themes');
    await expect.poll(() => page.getByRole('tab').count()).toBe(operations.length + 1);
    expect(posted).toEqual([]);
    await execute();
    await expect.poll(() => shown('.graphiql-response')).toContain('"slug"');
    expect(posted).toEqual([undefined]);
    expect(problems).toEqual([]);
  });

  async function openLiveTab() {
    await expect.poll(() => shown('.graphiql-query-editor')).toContain('query FirstLook');
    await page.getByRole('tab', { name: 'Live' }).click();
    await expect.poll(() => shown('.graphiql-query-editor')).toContain('subscription Live');
  }

  it('shows what is published while a subscription is open', async () => {
    await openLiveTab();
    await execute();
    await expect.poll(() => shown('.graphiql-response')).toBe('');
    const lesson = await createLesson(server, { title: 'Seen in the explorer' });
    await publish(server, lesson);
    await expect.poll(() => shown('.graphiql-response')).toContain('Seen in the explorer');
    expect(problems).toEqual([]);
  });

  it('sends the headers of the editor as the payload of connection_init', async () => {
    const frames: string[] = [];
    page.on('websocket', (socket) => {
      expect(socket.url()).toBe(`${server.url.replace('http', 'ws')}/graphql`);
      socket.on('framesent', ({ payload }) => frames.push(String(payload)));
    });
    await openLiveTab();
    await page.getByRole('button', { name: 'Headers', exact: true }).click();
    await page.locator('.graphiql-editor-tool .monaco-editor:visible').click();
    await page.keyboard.insertText(`{"Authorization": "Bearer ${ADMIN_KEY}"}`);
    await execute();
    await expect.poll(() => frames.length).toBeGreaterThan(0);
    expect(JSON.parse(frames[0]!)).toEqual({
      type: 'connection_init',
      payload: { authorization: `Bearer ${ADMIN_KEY}` },
    });
  });

  it('resumes a subscription after the last cursor when the connection breaks', async () => {
    const breaking = Fastify();
    await registerExplorer(breaking, directory);
    const resumedAfter: unknown[] = [];
    new WebSocketServer({ server: breaking.server }).on('connection', (socket) =>
      socket.on('message', (frame) => {
        const { type, id, payload } = JSON.parse(String(frame));
        if (type === 'connection_init') socket.send(JSON.stringify({ type: 'connection_ack' }));
        if (type !== 'subscribe') return;
        resumedAfter.push(payload.variables.after);
        if (resumedAfter.length > 1) return;
        socket.send(JSON.stringify({ type: 'next', id, payload: { data: { knowledgeEvents: { cursor: 'c1' } } } }));
        socket.close(1012);
      }),
    );
    try {
      await page.goto(`${await breaking.listen({ port: 0, host: '127.0.0.1' })}/graphiql`);
      await openLiveTab();
      await execute();
      await expect.poll(() => resumedAfter, { timeout: 15_000 }).toEqual([null, 'c1']);
      expect(await shown('.graphiql-response')).toContain('"c1"');
    } finally {
      await page.close();
      await breaking.close();
    }
  }, 30_000);
});
