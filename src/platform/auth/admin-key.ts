/** The administrator's key: the operator's own, or one made at the first start. */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const FILE_NAME = 'admin.key';
// Long, random and with a recognisable beginning, so that scanners for leaked secrets can find it.
const PREFIX = 'medspil_admin_';

/** The admin key, and where it is kept when it is not the operator's. */
export interface AdminKey {
  readonly key: string;
  /** Absolute path of the key file (mode 0600); null when the operator gave the key. */
  readonly file: string | null;
}

/**
 * Gives the configured key, or else the one in the data folder, which the first start makes.
 *
 * @param dataDirectory absolute path; made if need be
 * @throws Error when the key file is empty or cannot be read or written
 */
export async function loadAdminKey(dataDirectory: string, configured: string | undefined): Promise<AdminKey> {
  if (configured !== undefined) return { key: configured, file: null };
  await mkdir(dataDirectory, { recursive: true });
  const file = join(dataDirectory, FILE_NAME);
  const existing = await readKey(file);
  if (existing !== undefined) return { key: existing, file };
  await placeKey(file, `${PREFIX}${randomBytes(32).toString('base64url')}`);
  return { key: (await readKey(file))!, file };
}

async function readKey(file: string): Promise<string | undefined> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  const key = text.trim();
  if (key === '') throw new Error(`${file} is empty: delete it to have a new key made.`);
  return key;
}

/** Puts a key in place whole or not at all. When another process was quicker, its key stays: a link never overwrites. */
async function placeKey(file: string, key: string): Promise<void> {
  const draft = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(draft, `${key}\n`, { mode: 0o600, flag: 'wx' });
  try {
    await link(draft, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(draft, { force: true });
  }
}
