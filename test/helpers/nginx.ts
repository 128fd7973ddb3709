/** Debian's nginx, or another, with deploy/nginx/nginx.conf as it is; only where it listens and whom it asks are a test's. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chmod, copyFile, mkdtemp, open, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { until } from './until.js';

const sources = fileURLToPath(new URL('../../deploy/nginx', import.meta.url));

export const nginxPath = [
  process.env.NGINX_PATH,
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/local/bin/nginx',
  '/opt/homebrew/bin/nginx',
].find((file) => file && existsSync(file));

const patience = { timeout: 10_000, interval: 20 };

export interface Nginx {
  readonly url: string;
  /** What it has written about requests. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts it.
 *
 * @param servers addresses of the servers behind it, such as `http://127.0.0.1:4000`
 */
export async function startNginx(servers: readonly string[]): Promise<Nginx> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-nginx-'));
  // Its workers are another user's when it is started as root.
  await chmod(folder, 0o755);
  const port = await freePort();
  await copyFile(path.join(sources, 'nginx.conf'), path.join(folder, 'nginx.conf'));
  await writeFile(path.join(folder, 'upstream.conf'), await upstream(servers, folder));
  // The servers ask by a header of their own not to be buffered; here nginx.conf is to see to it.
  await writeFile(
    path.join(folder, 'listen.conf'),
    `listen 127.0.0.1:${port};\nproxy_ignore_headers X-Accel-Buffering;\n`,
  );
  const logFile = path.join(folder, 'access.log');
  // A file, for it opens /dev/stdout, which cannot be done with the sockets that Node gives for pipes.
  const output = await open(logFile, 'w');
  const directives = `daemon off; pid ${folder}/nginx.pid;`;
  const child = spawn(nginxPath!, ['-p', folder, '-c', path.join(folder, 'nginx.conf'), '-g', directives], {
    stdio: ['ignore', output.fd, 'pipe'],
  });
  await output.close();
  let said = '';
  child.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const ended = once(child, 'close');
  const url = `http://127.0.0.1:${port}`;
  await until(async () => {
    expect(child.exitCode, said).toBeNull();
    await fetch(`${url}/healthz`);
  }, patience);
  return {
    url,
    log: () => readFile(logFile, 'utf8'),
    stop: async () => {
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** The file as it is with other servers, and with folders for its temporary files, which are root's elsewhere. */
async function upstream(servers: readonly string[], folder: string): Promise<string> {
  const text = await readFile(path.join(sources, 'upstream.conf'), 'utf8');
  const addresses = [...new Set(text.match(/[\d.]+:\d+/g))];
  expect(addresses).toHaveLength(servers.length);
  const replaced = addresses.reduce(
    (changed, address, index) => changed.replaceAll(address, new URL(servers[index]!).host),
    text,
  );
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return [replaced, ...kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`), ''].join('\n');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
