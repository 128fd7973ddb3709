import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadAdminKey } from '../../src/platform/auth/admin-key.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'medspil-key-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('the admin key', () => {
  it('is made at the first start, for its owner only, and stays', async () => {
    const data = join(folder, 'data');
    const first = await loadAdminKey(data, undefined);
    expect(first.key).toMatch(/^medspil_admin_[\w-]{43}$/);
    expect(first.file).toBe(join(data, 'admin.key'));
    expect(((await stat(first.file!)).mode & 0o777).toString(8)).toBe('600');
    expect(await readFile(first.file!, 'utf8')).toBe(`${first.key}\n`);
    expect(await loadAdminKey(data, undefined)).toEqual(first);
    expect(await readdir(data)).toEqual(['admin.key']);
  });

  it('is the operator’s when there is one', async () => {
    expect(await loadAdminKey(folder, 'the-key-of-the-operator')).toEqual({
      key: 'the-key-of-the-operator',
      file: null,
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('is one for all that start at the same time', async () => {
    const keys = await Promise.all(Array.from({ length: 20 }, () => loadAdminKey(folder, undefined)));
    expect(new Set(keys.map(({ key }) => key)).size).toBe(1);
    expect(await readdir(folder)).toEqual(['admin.key']);
  });

  it('is not guessed when its file is empty', async () => {
    await writeFile(join(folder, 'admin.key'), '\n');
    await expect(loadAdminKey(folder, undefined)).rejects.toThrow(/is empty: delete it/);
  });
});
