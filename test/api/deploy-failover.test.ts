/** What deploy/nginx/nginx.conf has tried again on the other server, and what not. */
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Nginx, nginxPath, startNginx } from '../helpers/nginx.js';
import { until } from '../helpers/until.js';

describe.runIf(nginxPath)('nginx before servers that break off', () => {
  const arrived: string[] = [];
  const fakes: Server[] = [];
  let nginx: Nginx;

  async function startFake(name: string, answer: (response: ServerResponse) => void) {
    const fake = createServer((message, response) => {
      message.resume().on('end', () => {
        if (message.url !== '/healthz') arrived.push(`${message.method} ${name}`);
        answer(response);
      });
    }).listen(0, '127.0.0.1');
    fakes.push(fake);
    await once(fake, 'listening');
    return `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
  }

  afterEach(async () => {
    await nginx.stop();
    for (const fake of fakes.splice(0)) {
      fake.closeAllConnections();
      fake.close();
    }
    arrived.length = 0;
  });

  const send = (method: string) => fetch(`${nginx.url}/graphql`, { method, ...(method === 'POST' && { body: '{}' }) });
  const healthy = (response: ServerResponse) => void response.end('{}');

  it('repeats a GET elsewhere, and never a POST that arrived', async () => {
    const broken = await startFake('broken', (response) => void response.socket!.destroy());
    const good = await startFake('good', healthy);
    nginx = await startNginx([broken, good]);
    await until(async () => {
      arrived.length = 0;
      expect((await send('GET')).status).toBe(200);
      expect(arrived).toEqual(['GET broken', 'GET good']);
    });
    await nginx.stop();
    nginx = await startNginx([broken, good]);
    const statuses = [];
    arrived.length = 0;
    for (let count = 0; count < 4; count++) statuses.push((await send('POST')).status);
    expect(arrived).toContain('POST broken');
    expect(arrived).toHaveLength(statuses.length);
    expect(statuses.filter((status) => status === 502)).toHaveLength(
      arrived.filter((one) => one === 'POST broken').length,
    );
  });

  it('sends a POST elsewhere that did not arrive', async () => {
    const good = await startFake('good', healthy);
    const gone = await startFake('gone', healthy);
    fakes.pop()!.close();
    nginx = await startNginx([gone, good]);
    for (let count = 0; count < 6; count++) expect((await send('POST')).status).toBe(200);
    expect(arrived).toEqual(Array(6).fill('POST good'));
  });
});
