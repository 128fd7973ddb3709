/** The audits of graphql-http: https://github.com/graphql/graphql-http/blob/main/implementations/README.md */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { serverAudits } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPlatformServer, type PlatformServer } from '../helpers/platform-server.js';

let server: PlatformServer;

beforeAll(async () => {
  server = await startPlatformServer();
});
afterAll(() => server.close());

/** As a client of ours does: a GET names a header that another site's page cannot send unasked. */
const fetchFn = (url: string, init: RequestInit = {}) =>
  fetch(url, { ...init, headers: { ...(init.headers as Record<string, string>), 'apollo-require-preflight': 'yes' } });

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${server.url}/graphql`, fetchFn });

  it('has as many audits as were looked at when this was written', () => {
    expect(audits.length).toBeGreaterThanOrEqual(61);
  });

  it.each(audits.map((audit) => [audit.id, audit.name, audit] as const))('%s %s', async (_id, _name, audit) => {
    const result = await audit.fn();
    expect(result, JSON.stringify(result)).toMatchObject({ status: 'ok' });
  });
});

it('the audits notice a server that does not conform', async () => {
  const careless = createServer((_request, response) => response.end('{"data":null}'));
  await new Promise<void>((resolve) => careless.listen(0, '127.0.0.1', resolve));
  const { port } = careless.address() as AddressInfo;
  const results = await Promise.all(
    serverAudits({ url: `http://127.0.0.1:${port}/graphql`, fetchFn }).map((audit) => audit.fn()),
  );
  expect(results.filter(({ status }) => status !== 'ok').length).toBeGreaterThan(10);
  careless.close();
});
