/** A database of a test file's own, migrated and empty. */
import { randomUUID } from 'node:crypto';
import { inject } from 'vitest';
import { cloneDatabase, dropDatabase } from './cluster.js';

export interface TestDatabase {
  /** As the role that the server works as, and fit for a DATABASE_URL too. */
  readonly connection: { readonly url: string };
  /** Removes it, also under open connections. */
  drop(): Promise<void>;
}

export async function createTestDatabase(): Promise<TestDatabase> {
  const adminUrl = inject('adminUrl');
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const url = await cloneDatabase(adminUrl, 'medspil_template', name);
  return { connection: { url }, drop: () => dropDatabase(adminUrl, name) };
}
