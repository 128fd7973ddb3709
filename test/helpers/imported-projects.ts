/** The real data set of partnership projects, where it lies beside the project. */
import { existsSync } from 'node:fs';
import os from 'node:os';
import { fileURLToPath } from 'node:url';
import pino from 'pino';
import { readConfig } from '../../src/config.js';
import { findAnsweringOrganisation } from '../../src/import/answering-organisation.js';
import { readRows } from '../../src/import/import-file.js';
import { projects } from '../../src/import/projects.js';
import { IMPORTER, importRows } from '../../src/import/runner.js';
import { openKnowledgeBase } from '../../src/knowledge-base.js';
import type { TestServer } from './server.js';

const FILE = fileURLToPath(new URL('../../../shared/data/dk-eu-partnership-projects-2007-2013.json', import.meta.url));

export const PROJECTS = 598;
export const hasProjects = existsSync(FILE);

/** Imports all of them into the database of a server. */
export async function importProjects({ database }: TestServer): Promise<void> {
  const knowledgeBase = await openKnowledgeBase(
    readConfig({ DATABASE_URL: database.url, DATA_DIR: os.tmpdir(), SEED: 'false' }),
    pino({ level: 'error' }),
  );
  try {
    const rows = await readRows(FILE, projects.name);
    const organisationId = await findAnsweringOrganisation(
      knowledgeBase.database,
      knowledgeBase.services,
      IMPORTER,
      undefined,
    );
    const { signal } = new AbortController();
    const failed: unknown[] = [];
    const onRow = (result: { outcome: string }) => result.outcome === 'created' || failed.push(result);
    await importRows(knowledgeBase, { format: projects, rows, organisationId, onRow, signal });
    if (failed.length > 0) throw new Error(`Rows were not imported: ${JSON.stringify(failed)}`);
  } finally {
    await knowledgeBase.close();
  }
}
