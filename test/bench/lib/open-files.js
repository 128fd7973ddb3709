import { execFileSync } from 'node:child_process';

/** What a server has open beside its sockets. */
const BESIDE = 200;

/** @throws Error saying what to do when a process may not have this many sockets */
export function checkOpenFiles(sockets) {
  // As a child gets it; Node itself has raised it as far as it may.
  const limit = execFileSync('sh', ['-c', 'ulimit -n'], { encoding: 'utf8' }).trim();
  const needed = sockets + BESIDE;
  if (limit === 'unlimited' || Number(limit) >= needed) return;
  throw new Error(
    `${sockets} sockets need ${needed} open files a process, and ${limit} are allowed: raise that with ` +
      `"ulimit -Hn ${needed}" as root, or take fewer sockets with --sizes.`,
  );
}
