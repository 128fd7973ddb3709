/** What `/metrics` says after known things happened: the right numbers, bounded labels, and an answer without a database. */
import { readdir, readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loaderName } from '../../src/monitoring/loader-names.js';
import { type Scrape, scrape } from '../helpers/metrics.js';
import { openSocket, openStream } from '../helpers/open-subscription.js';
import { publishLesson } from '../helpers/publisher.js';
import { ADMIN_KEY, startTestServer, type TestServer } from '../helpers/server.js';
import { connectSocketClient } from '../helpers/socket-client.js';
import { until } from '../helpers/until.js';

const CASES = '{ caseStudies(first: 5) { nodes { title organisation { name } parties { role } } } }';
const FOLLOW = 'subscription { knowledgeEvents { id record { title } } }';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ seed: true });
});
afterAll(() => server.close());

/** How much a value grew while something was done. */
async function growth(work: () => Promise<unknown>, name: string, labels: Record<string, string>): Promise<number> {
  const before = await scrape(server.url);
  await work();
  return ((await scrape(server.url)).value(name, labels) ?? 0) - (before.value(name, labels) ?? 0);
}

describe('operations', () => {
  it('are counted by channel, type and outcome', async () => {
    const labels = { channel: 'http', type: 'query', outcome: 'OK' };
    const twice = async () => [await server.query(CASES), await server.query(CASES)];
    expect(await growth(twice, 'medspil_operation_duration_seconds_count', labels)).toBe(2);
  });

  it('are counted as refused with their code, and do not run', async () => {
    const wrong = () => server.query('{ nothingOfTheKind }');
    const labels = { channel: 'http', code: 'GRAPHQL_VALIDATION_FAILED' };
    expect(await growth(wrong, 'medspil_operations_refused_total', labels)).toBe(1);
    expect(await growth(wrong, 'medspil_operation_duration_seconds_count', { outcome: 'OK', type: 'query' })).toBe(0);
    expect(await growth(wrong, 'medspil_errors_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  });

  it('come by WebSocket and event stream, too', async () => {
    const byStream = () =>
      fetch(`${server.url}/graphql/stream?query=${encodeURIComponent('{ __typename }')}`).then((r) => r.text());
    const labels = { type: 'query', outcome: 'OK' };
    const name = 'medspil_operation_duration_seconds_count';
    expect(await growth(byStream, name, { ...labels, channel: 'sse' })).toBe(1);
    const client = await connectSocketClient(server.url);
    expect(await growth(() => client.ask('1', '{ __typename }'), name, { ...labels, channel: 'websocket' })).toBe(1);
    client.socket.close();
  });

  it('show what they read: a statement for each level and field, and each loader by its name', async () => {
    const before = await scrape(server.url);
    await server.query(CASES);
    const after = await scrape(server.url);
    const grown = (name: string, labels = {}) => after.value(name, labels)! - (before.value(name, labels) ?? 0);
    expect(grown('medspil_operation_statements_sum', { type: 'query' })).toBe(3);
    expect(grown('medspil_operation_reading_seconds_sum', { type: 'query' })).toBeGreaterThan(0);
    const loaders = after.samples
      .filter(({ name }) => name === 'medspil_loader_duration_seconds_count')
      .filter(({ name, labels, value }) => value > (before.value(name, labels) ?? 0));
    expect(loaders.map(({ labels }) => labels['loader'])).toHaveLength(2);
    expect(loaders.map(({ labels }) => labels['loader'])).not.toContain('other');
    expect(grown('medspil_loader_keys_total', { loader: 'partiesByRow' })).toBeGreaterThan(1);
  });

  it('count statements of transactions', async () => {
    const publish = () => publishLesson(server.url, ADMIN_KEY, 'A lesson that is counted');
    expect(await growth(publish, 'medspil_statement_duration_seconds_count', { kind: 'transaction' })).toBeGreaterThan(
      10,
    );
  });
});

describe('requests', () => {
  it('are counted by route, and all addresses that nothing is at together', async () => {
    const wander = () => Promise.all(['/a-secret', '/b', '/c?d=e'].map((path) => fetch(server.url + path)));
    const labels = { route: 'none', status: '4xx' };
    expect(await growth(wander, 'medspil_http_request_duration_seconds_count', labels)).toBe(3);
    expect((await scrape(server.url)).text).not.toContain('a-secret');
  });

  it('of a document count, one that was not changed as well', async () => {
    const twice = async () => {
      const first = await fetch(`${server.url}/feeds/knowledge.atom`);
      await first.text();
      const etag = first.headers.get('etag')!;
      return fetch(`${server.url}/feeds/knowledge.atom`, { headers: { 'if-none-match': etag } });
    };
    const name = 'medspil_http_request_duration_seconds_count';
    expect(await growth(twice, name, { route: '/feeds/knowledge.atom', status: '3xx' })).toBe(1);
  });
});

describe('the log and those who follow it', () => {
  it('shows who follows, and what was sent', async () => {
    const sockets = await Promise.all([1, 2].map(() => openSocket(server.url, FOLLOW, {})));
    const stream = await openStream(server.url, FOLLOW, {});
    await until(async () => {
      const { value } = await scrape(server.url);
      expect(value('medspil_subscriptions', { channel: 'websocket' })).toBe(2);
      expect(value('medspil_subscriptions', { channel: 'sse' })).toBe(1);
      expect([value('medspil_sockets'), value('medspil_event_streams')]).toEqual([2, 1]);
    });
    await publishLesson(server.url, ADMIN_KEY, 'A lesson for three');
    await until(async () => {
      const { value } = await scrape(server.url);
      expect(value('medspil_events_delivered_total', { channel: 'websocket' })).toBe(2);
      expect(value('medspil_events_delivered_total', { channel: 'sse' })).toBe(1);
    });
    for (const { close } of [...sockets, stream]) close();
    await until(async () => {
      const { value } = await scrape(server.url);
      expect(value('medspil_subscriptions', { channel: 'websocket' })).toBe(0);
      expect([value('medspil_sockets'), value('medspil_event_streams')]).toEqual([0, 0]);
    });
  });

  it('shows its end, some seconds old at the most', async () => {
    await publishLesson(server.url, ADMIN_KEY, 'A lesson at the end');
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    const { rows } = await client.query('SELECT last_position::integer AS position FROM knowledge_log_state');
    await client.end();
    await until(async () => {
      const { value } = await scrape(server.url);
      expect(value('medspil_log_position')).toBe(rows[0].position);
      expect(value('medspil_log_unstamped_entries')).toBe(0);
      expect(value('medspil_inbox_lag_entries')).toBe(0);
      expect(value('medspil_log_tail_lag_entries')).toBe(0);
    });
  });

  it('shows entries that nobody gives a position', async () => {
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    try {
      // What a stamper holds that stands still.
      await client.query('BEGIN');
      await client.query('SELECT pg_advisory_xact_lock(7301002)');
      void publishLesson(server.url, ADMIN_KEY, 'A lesson that waits').catch(() => undefined);
      await until(async () => {
        const { value } = await scrape(server.url);
        expect(value('medspil_log_unstamped_entries')).toBe(1);
        expect(value('medspil_log_unstamped_age_seconds')).toBeGreaterThan(0);
      });
    } finally {
      await client.end();
    }
  });
});

describe('/metrics', () => {
  it('has the process, the pool and the version', async () => {
    const { value, text } = await scrape(server.url);
    expect(value('process_resident_memory_bytes')).toBeGreaterThan(1e7);
    expect(value('medspil_database_connections', { state: 'total' })).toBeGreaterThan(0);
    expect(value('medspil_database_connections', { state: 'waiting' })).toBeDefined();
    expect(value('medspil_database_up')).toBe(1);
    expect(text).toContain('medspil_build_info{version="');
  });

  it('reads the database once for all who ask within some seconds', async () => {
    const before = await scrape(server.url);
    const labels = { kind: 'read' };
    await Promise.all(Array.from({ length: 20 }, () => scrape(server.url)));
    const after = await scrape(server.url);
    const name = 'medspil_statement_duration_seconds_count';
    // Following the log goes on meanwhile.
    expect(after.value(name, labels)! - before.value(name, labels)!).toBeLessThan(20);
  });

  it('has bounded labels, none of them an address, an id or a text', async () => {
    const { samples } = await scrape(server.url);
    const labelled = samples.filter(({ name }) => name.startsWith('medspil_') && !name.endsWith('_info'));
    for (const { name, labels } of labelled) {
      for (const value of Object.values(labels)) {
        expect(value, name).toMatch(/^(?:[\w.+-]{1,40}|\/[\w./:*{}-]*)$/);
        expect(value, name).not.toMatch(/[0-9a-f]{8}-|\d+\.\d+\.\d+\.\d+/);
      }
    }
    expect(new Set(labelled.flatMap(({ labels }) => Object.keys(labels)))).toEqual(
      new Set(['channel', 'type', 'outcome', 'le', 'code', 'route', 'status', 'loader', 'kind', 'state']),
    );
  });

  it('answers without a database, and says that there is none', async () => {
    const lonely = await startTestServer();
    const { pathname } = new URL(lonely.database.url);
    const administrator = new pg.Client({ connectionString: lonely.database.url.replace(/[^/]*$/, 'postgres') });
    await administrator.connect();
    try {
      await administrator.query(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS false`);
      await administrator.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        pathname.slice(1),
      ]);
      let state!: Scrape;
      await until(async () => {
        state = await scrape(lonely.url);
        expect(state.value('medspil_database_up')).toBe(0);
      });
      expect(state.value('medspil_log_position')).toBeUndefined();
      expect(state.value('medspil_sockets')).toBe(0);
    } finally {
      await administrator.query(`ALTER DATABASE ${pathname.slice(1)} ALLOW_CONNECTIONS true`);
      await administrator.end();
      await lonely.close();
    }
  });
});

it('names every loader that a file of loaders has', async () => {
  const folder = new URL('../../src/modules/', import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith('.ts'));
  const unnamed: string[] = [];
  for (const file of files) {
    const declared = [
      ...(await readFile(new URL(file, folder), 'utf8')).matchAll(/^export const (\w+) = define\w*Loader\b/gm),
    ];
    if (declared.length === 0) continue;
    const module = (await import(new URL(file, folder).href)) as Record<string, unknown>;
    unnamed.push(...declared.map(([, name]) => name!).filter((name) => loaderName(module[name]) !== name));
  }
  expect(unnamed).toEqual([]);
});
