/** The files of deploy/ agree with each other and with the server. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.js';

const root = new URL('../../', import.meta.url);
const read = (file: string) => readFile(new URL(file, root), 'utf8');
const all = (text: string, pattern: RegExp) => [...text.matchAll(pattern)].map(([, match]) => match!);

describe('the Dockerfile', () => {
  it('copies what is there and what its ignore file lets through', async () => {
    const dockerfile = await read('deploy/Dockerfile');
    const sources = all(dockerfile, /^COPY (?!--from)(.+) \S+$/gm).flatMap((names) => names.split(' '));
    const allowed = all(await read('deploy/Dockerfile.dockerignore'), /^!(.+)$/gm);
    expect(sources.length).toBeGreaterThan(5);
    expect([...new Set(sources)].sort()).toEqual(allowed.sort());
    for (const source of sources) expect([source, existsSync(new URL(source, root))]).toEqual([source, true]);
  });

  it('starts the server as npm start does', async () => {
    const { scripts, engines } = JSON.parse(await read('package.json'));
    const [, command] = /^CMD (.+)$/m.exec(await read('deploy/Dockerfile'))!;
    expect(['exec', ...JSON.parse(command!)].join(' ')).toBe(scripts.start);
    const [, major] = /^ARG NODE=(\d+)$/m.exec(await read('deploy/Dockerfile'))!;
    expect(Number(major)).toBeGreaterThan(Number(/\d+/.exec(engines.node)![0]));
  });
});

describe('compose.yaml', () => {
  it('has the servers where nginx looks for them, and nginx where they trust it', async () => {
    const compose = await read('deploy/compose.yaml');
    const addressOf = (service: string) =>
      new RegExp(`^  ${service}:\\n(?:    .*\\n|\\n)*?      inside: \\{ ipv4_address: (.+) \\}`, 'm').exec(
        compose,
      )?.[1];
    const asked = all(await read('deploy/nginx/upstream.conf'), /^ *server (.+):4000 /gm);
    expect([...new Set(asked)]).toEqual([addressOf('server-1'), addressOf('server-2')]);
    expect(/TRUSTED_PROXIES: (.+)/.exec(compose)![1]).toBe(addressOf('nginx'));
  });

  it('waits longer than a server takes to stop before it kills it', async () => {
    const [, milliseconds] = /STOP_WITHIN_MILLISECONDS = ([\d_]+)/.exec(await read('src/main.ts'))!;
    const [, seconds] = /stop_grace_period: (\d+)s/.exec(await read('deploy/compose.yaml'))!;
    expect(Number(seconds) * 1000).toBeGreaterThan(Number(milliseconds!.replaceAll('_', '')));
  });
});

describe('env.example', () => {
  it('names settings that there are, with values that are taken', async () => {
    const examples = all(await read('deploy/env.example'), /^(?:# )?([A-Z_]+=.*)$/gm).map((line) =>
      line.split(/=(.*)/),
    );
    const source = await read('src/config.ts');
    const ofCompose = ['POSTGRES_PASSWORD', 'PUBLISH'];
    for (const [name] of examples) {
      if (!ofCompose.includes(name!)) expect([name, source.includes(`'${name}'`)]).toEqual([name, true]);
    }
    const environment = Object.fromEntries(examples) as Record<string, string>;
    expect(() => readConfig(environment)).not.toThrow();
    const told = await read('deploy/README.md');
    for (const [name] of examples) expect(told).toContain(`\`${name}\``);
  });
});
