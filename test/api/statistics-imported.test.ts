/** Statistics of the real data set, beside what its file says. */
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { build, start } from '../helpers/import-command.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import {
  type Counts,
  expectedStatistics,
  type ModelFilter,
  readPublished,
  readStatistics,
} from '../helpers/statistics-model.js';

const file = fileURLToPath(new URL('../../../shared/data/dk-eu-partnership-projects-2007-2013.json', import.meta.url));
const there = existsSync(file);
if (!there) console.info('Statistics of the real data set are not compared: the folder ../shared/data is not there.');

interface Project {
  readonly startDate: string | null;
  readonly regionCode: string | null;
  readonly theme: string | null;
  readonly lead: { readonly municipalityCode: string | null };
}

/** As the import names them. */
const THEMES: Readonly<Record<string, string>> = {
  'Innovation og videndeling': 'innovation-and-knowledge-sharing',
  'Udvikling af menneskelige ressourcer': 'human-resources',
  'Etab. og udvikling af nye virksomh.': 'new-businesses',
  'Anvendelse af ny teknologi': 'new-technology',
};

describe.skipIf(!there)('the 598 imported projects', () => {
  let server: TestServer;
  let folder: string;
  let projects: Project[];

  beforeAll(async () => {
    await build();
    folder = await mkdtemp(path.join(os.tmpdir(), 'medspil-statistics-'));
    server = await startTestServer();
    projects = JSON.parse(await readFile(file, 'utf8')).projects;
    const variables = { DATABASE_URL: server.database.url, DATA_DIR: folder };
    expect(await start('dist/src/import.js', ['projects', file], variables).result).toMatchObject({ code: 0 });
  }, 240_000);

  afterAll(async () => {
    await server?.close();
    if (folder) await rm(folder, { recursive: true, force: true });
  });

  const counted = (valueOf: (project: Project) => string | number | null): Counts => {
    const counts: Counts = {};
    for (const project of projects) {
      const value = String(valueOf(project));
      counts[value] = (counts[value] ?? 0) + 1;
    }
    return counts;
  };

  it('are counted as their file has them', async () => {
    const { breakdowns }: any = await readStatistics(server, {});
    expect(breakdowns.kinds).toEqual({ PROJECT: 598 });
    expect(breakdowns.provenances).toEqual({ IMPORTED: 598 });
    expect(breakdowns.municipalities).toEqual(counted(({ lead }) => lead.municipalityCode || null));
    expect(breakdowns.scopes).toEqual(counted(({ regionCode }) => (regionCode ? 'REGIONAL' : 'NATIONAL')));
    expect(breakdowns.startedYears).toEqual(counted(({ startDate }) => startDate?.slice(0, 4) ?? null));
    expect(breakdowns.themes).toEqual(counted(({ theme }) => (theme ? THEMES[theme]! : null)));
    expect(Object.keys(breakdowns.municipalities).length).toBeGreaterThan(40);
  }, 120_000);

  it.each<[string, ModelFilter]>([
    ['all of them', {}],
    ['of one region', { regions: ['1081'] }],
    ['with civil society', { sectors: ['CIVIL_SOCIETY'], startedYearFrom: 2009 }],
    ['of the cities', { municipalities: ['0101', '0751', '0461'], themes: ['human-resources'] }],
  ])(
    '%s are counted, and paired, as the records themselves say',
    async (_name, filter) => {
      const records = await readPublished(server);
      expect(await readStatistics(server, filter)).toEqual(expectedStatistics(records, filter));
    },
    120_000,
  );

  it('can be left out', async () => {
    const { breakdowns }: any = await readStatistics(server, { provenances: ['DOCUMENTED', 'REPORTED'] });
    expect(breakdowns.kinds).toEqual({});
  });
});
