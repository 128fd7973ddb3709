/** Once for each project of a run: one PostgreSQL, and in it one migrated database that test files clone. */
import 'reflect-metadata';
import type { TestProject } from 'vitest/node';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { Database } from '../../src/platform/database/database.js';
import { cloneDatabase, startTestCluster } from './cluster.js';

declare module 'vitest' {
  export interface ProvidedContext {
    /** A role that may create databases, in a database that is nobody's template. */
    adminUrl: string;
  }
}

export default async function setUp(project: TestProject): Promise<() => Promise<void>> {
  const cluster = await startTestCluster();
  try {
    await migrate(await cloneDatabase(cluster.url, 'template0', 'medspil_template'));
  } catch (error) {
    await cluster.stop();
    throw error;
  }
  project.provide('adminUrl', cluster.url);
  return () => cluster.stop();
}

async function migrate(url: string): Promise<void> {
  const database = await Database.open({
    connection: { url },
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: (error) => console.error(error),
  });
  try {
    await database.migrate();
  } finally {
    await database.close();
  }
}
