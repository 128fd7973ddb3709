/** A server in a process of its own. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

const START_PATIENCE_MILLISECONDS = 60_000;
const WORDS_KEPT = 4000;

export class ServerProcess {
  /** Starts it and waits until it answers a first request. */
  static async start(name, server, databaseUrl) {
    const port = await freePort();
    const [command, ...args] = server.command;
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe', ...(server.answersQuestions ? ['ipc'] : [])],
      env: {
        ...process.env,
        NODE_ENV: 'production',
        DATABASE_URL: databaseUrl,
        PORT: String(port),
        ...server.environment,
      },
    });
    const started = new this(name, server, child, `http://127.0.0.1:${port}`);
    await started.ready();
    return started;
  }

  constructor(name, server, child, origin) {
    this.name = name;
    this.server = server;
    this.child = child;
    this.origin = origin;
    this.lastWords = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => (this.lastWords = (this.lastWords + text).slice(-WORDS_KEPT)));
    }
  }

  async ready() {
    const deadline = Date.now() + START_PATIENCE_MILLISECONDS;
    for (;;) {
      if (this.child.exitCode !== null) throw new Error(`${this.name} ended at its start:\n${this.lastWords}`);
      if (Date.now() > deadline) throw new Error(`${this.name} does not answer:\n${this.lastWords}`);
      try {
        await fetch(this.origin);
        return;
      } catch {
        await delay(50);
      }
    }
  }

  /** One request, answered in the terms that all servers share. */
  async rows(operation, variables) {
    const { path, body } = this.server.ask(operation, variables);
    const response = await fetch(this.origin + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const text = await response.text();
    const answer = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : {};
    if (!response.ok || answer.errors || !answer.data) {
      throw new Error(`${this.name} answered ${operation} with ${response.status}: ${text.slice(0, 1000)}`);
    }
    return this.server.read(operation, answer.data);
  }

  /** Resident memory in MB. */
  memory() {
    return Math.round(Number(execFileSync('ps', ['-o', 'rss=', '-p', String(this.child.pid)])) / 1024);
  }

  async stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGTERM');
    await Promise.race([once(this.child, 'exit'), delay(10_000, undefined, { ref: false })]);
    this.child.kill('SIGKILL');
  }
}

export async function freePort() {
  const listener = createServer().listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address();
  listener.close();
  await once(listener, 'close');
  return port;
}
