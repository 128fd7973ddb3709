/** The catalogue of what there is to download, and the snapshots in it, for people and for programs. */
import type { Context } from '../../platform/auth/context.js';
import type { ExportPublication } from '../exports/export-format.js';
import { PAGE_SECURITY_POLICY } from '../linked-data/html.js';
import { linkedData } from '../linked-data/linked-data-formats.js';
import { catalogNodes, snapshotNode } from './catalog.js';
import { stateOf } from './snapshot.entity.js';
import { type ListedSnapshot, readSnapshot, readSnapshots } from './snapshot.loaders.js';
import { writeCatalogPage, writeSnapshotPage } from './snapshot-pages.js';
import { CATALOG_PATH, fileUrl, SNAPSHOTS_PATH, snapshotUrl } from './snapshot-wording.js';

const LIST_POINTS = 100;
const SNAPSHOT_POINTS = 10;
/** More than are kept with their files; those before are found by their addresses still. */
const LISTED = 1_000;

export interface SnapshotResourceOptions {
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
  readonly publication: ExportPublication;
}

export function snapshotResources({ base, publication }: SnapshotResourceOptions) {
  return [
    {
      path: CATALOG_PATH,
      points: LIST_POINTS,
      read: async ({ database }: Context) => {
        const snapshots = await readSnapshots(database, LISTED);
        return resource(`${base()}${CATALOG_PATH}`, [
          page(() => writeCatalogPage(snapshots, base(), publication)),
          ...linkedData(catalogNodes(snapshots, base(), publication), base()),
        ]);
      },
    },
    {
      path: SNAPSHOTS_PATH,
      points: LIST_POINTS,
      read: async ({ database }: Context) => {
        const snapshots = await readSnapshots(database, LISTED);
        return resource(`${base()}${SNAPSHOTS_PATH}`, [
          page(() => writeCatalogPage(snapshots, base(), publication)),
          json(() => snapshots.map((snapshot) => described(snapshot, base()))),
        ]);
      },
    },
    {
      path: `${SNAPSHOTS_PATH}/`,
      points: SNAPSHOT_POINTS,
      read: async ({ database }: Context, name: string) => {
        const snapshot = await readSnapshot(database, name);
        if (snapshot === undefined) return null;
        return resource(snapshotUrl(base(), snapshot.name), [
          page(() => writeSnapshotPage(snapshot, base())),
          json(() => described(snapshot, base())),
          ...linkedData([snapshotNode(snapshot, base())], base()),
        ]);
      },
    },
  ];
}

interface Representation {
  readonly suffix: string;
  readonly mediaType: string;
  readonly write: () => string;
}

function resource(url: string, representations: readonly Representation[]) {
  return { status: 200 as const, url, representations };
}

function page(write: () => string) {
  const headers = { 'content-language': 'en', 'content-security-policy': PAGE_SECURITY_POLICY };
  return { suffix: 'html', mediaType: 'text/html', headers, write };
}

function json(value: () => object) {
  return { suffix: 'json', mediaType: 'application/json', write: () => `${JSON.stringify(value(), null, 2)}\n` };
}

/** With the names that GraphQL has for it. */
function described(snapshot: ListedSnapshot, base: string): object {
  const { name, takenAt, cursor, recordCount, note, license, publisher, withdrawnAt, removedAt, files } = snapshot;
  return {
    name,
    url: snapshotUrl(base, name),
    state: stateOf(snapshot),
    takenAt,
    cursor,
    recordCount,
    note,
    license,
    publisher,
    withdrawnAt,
    removedAt,
    files: files.map((file) => ({ ...file, url: fileUrl(base, name, file.name) })),
  };
}
