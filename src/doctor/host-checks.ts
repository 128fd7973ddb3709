/** The machine that a server runs on: its port, its folder, its disk, its key. */
import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import type { Config } from '../config.js';
import { codeOf, Report } from './finding.js';

const ANSWER_MILLISECONDS = 3_000;
const MEBIBYTE = 1024 * 1024;
/** Below the first PostgreSQL and the log soon stand still, below the second somebody should look. */
const FAILED_BYTES = 100 * MEBIBYTE;
const WARNING_BYTES = 1024 * MEBIBYTE;
const OTHERS = 0o077;

/** Whether the port is free, or a server of ours is at it. */
export async function checkPort({ host, port }: Pick<Config, 'host' | 'port'>): Promise<Report> {
  const report = new Report('port');
  const code = await whyNotListen(host, port);
  if (code === undefined) {
    report.ok(port === 0 ? 'Any free port will be taken.' : `Port ${port} of ${host} is free: no server runs there.`);
  } else if (code === 'EADDRINUSE') {
    if (await isOurs(host, port)) report.ok(`A server runs at port ${port} of ${host}.`);
    else report.failed(`Another program uses port ${port} of ${host}.`, 'Set PORT to another, or end that program.');
  } else if (code === 'EACCES') {
    report.failed(`Port ${port} needs rights that this user does not have.`, 'Set PORT to 1024 or higher.');
  } else {
    report.failed(`HOST is "${host}", which cannot be listened on (${code}).`, 'Leave HOST out for 127.0.0.1.');
  }
  return report;
}

function whyNotListen(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', (error) => resolve(codeOf(error)));
    server.listen({ host, port }, () => server.close(() => resolve(undefined)));
  });
}

async function isOurs(host: string, port: number): Promise<boolean> {
  const local = host === '0.0.0.0' || host === '::' ? 'localhost' : net.isIPv6(host) ? `[${host}]` : host;
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const response = await fetch(`http://${local}:${port}/healthz`, { signal, redirect: 'manual' });
    return ((await response.json()) as { status?: unknown }).status === 'live';
  } catch {
    return false;
  }
}

/** Whether DATA_DIR can be written to, or made. */
export async function checkFolder({ dataDirectory }: Pick<Config, 'dataDirectory'>): Promise<Report> {
  const report = new Report('data folder');
  const found = await nearestFolder(dataDirectory);
  const advice = 'Set DATA_DIR to a folder that the server may write to.';
  if (!(await stat(found)).isDirectory()) {
    report.failed(`${found} is no folder.`, advice);
    return report;
  }
  try {
    await access(found, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    report.failed(`${found} cannot be written to (${codeOf(error)}).`, advice);
    return report;
  }
  report.ok(found === dataDirectory ? `${found} can be written to.` : `${dataDirectory} will be made.`);
  return report;
}

export async function checkDisk({ dataDirectory }: Pick<Config, 'dataDirectory'>): Promise<Report> {
  const report = new Report('disk');
  const found = await nearestFolder(dataDirectory);
  const { bavail, bsize } = await statfs(found);
  judgeDisk(report, found, bavail * bsize);
  return report;
}

/** @param bytes that are free for this user */
export function judgeDisk(report: Report, folder: string, bytes: number): void {
  const message = `${Math.floor(bytes / MEBIBYTE)} MiB are free at ${folder}.`;
  if (bytes >= WARNING_BYTES) report.ok(message);
  else if (bytes >= FAILED_BYTES) report.warning(message, 'Make room: the database grows with each revision.');
  else report.failed(message, 'Make room: a database without any stops writing.');
}

/** Itself, or the folder above in which it would be made. */
async function nearestFolder(folder: string): Promise<string> {
  for (let found = folder; ; found = path.dirname(found)) {
    try {
      await stat(found);
      return found;
    } catch (error) {
      // Of what cannot be looked at the nearest that can is told of.
      if (found === path.dirname(found)) throw error;
    }
  }
}

/** Whether nobody else can read the administrator's key. */
export async function checkAdminKey({
  adminApiKey,
  dataDirectory,
}: Pick<Config, 'adminApiKey' | 'dataDirectory'>): Promise<Report> {
  const report = new Report('admin key');
  const file = path.join(dataDirectory, 'admin.key');
  if (adminApiKey !== undefined) {
    report.ok('It is given by ADMIN_API_KEY.');
    return report;
  }
  try {
    const { mode, size } = await stat(file);
    await access(file, constants.R_OK);
    if (size === 0) report.failed(`${file} is empty.`, 'Delete it: the next start makes a new key.');
    else if ((mode & OTHERS) === 0) report.ok(`It lies in ${file}, which nobody else can read.`);
    else {
      const advice = `Run: chmod 600 ${file}. If others could have read it, delete it as well: the next start makes a new key.`;
      report.failed(`Others can read ${file} (mode ${(mode & 0o777).toString(8)}).`, advice);
    }
  } catch (error) {
    if (codeOf(error) === 'ENOENT') report.ok(`The first start will make one in ${file}.`);
    else
      report.failed(`${file} cannot be read (${codeOf(error)}).`, 'Give the file to the user that the server runs as.');
  }
  return report;
}
