/** Where the files of snapshots lie: `/snapshots/` and the name of one, or `latest`, and the name of a file. */
import type { Reads } from '../../platform/database/cancellable-reads.js';
import { readSnapshot } from './snapshot.loaders.js';
import { readFile } from './snapshot-storage.js';
import { goneBecause, SNAPSHOTS_PATH } from './snapshot-wording.js';

/** Stands for the newest that can be had. */
export const LATEST = 'latest';

export function snapshotFileRoute(database: Reads) {
  return {
    path: `${SNAPSHOTS_PATH}/:folder/:name`,
    find: async (folder: string, name: string) => {
      const snapshot = await readSnapshot(database, folder);
      const file = snapshot?.files.find((each) => each.name === name);
      if (snapshot === undefined || file === undefined) return null;
      // To the one that it is now: what is gone on with later is still the same.
      if (folder === LATEST) return { movedTo: `${SNAPSHOTS_PATH}/${snapshot.name}/${name}` };
      const gone = goneBecause(snapshot);
      if (gone !== null) return { gone };
      const stored = { ...file, snapshotId: snapshot.id };
      return {
        mediaType: file.mediaType,
        bytes: file.bytes,
        sha256: file.sha256,
        // What changed since can be asked for from here on, as behind an export.
        headers: { 'knowledge-cursor': snapshot.cursor, link: `<${snapshot.license}>; rel="license"` },
        read: (range: { readonly start: number; readonly end: number }) => readFile(database, stored, range),
      };
    },
  };
}
