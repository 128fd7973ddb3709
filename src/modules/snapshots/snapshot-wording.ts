/** What snapshots are called, and where they lie. */
export const TITLE = 'Medspil: shared knowledge on partnerships of libraries';

export const SNAPSHOTS_PATH = '/snapshots';
export const CATALOG_PATH = '/catalog';

/** YYYY-MM-DD, in UTC. */
export function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}

/** @param base the address of the server as clients know it, without a slash at the end */
export function snapshotUrl(base: string, name: string): string {
  return `${base}${SNAPSHOTS_PATH}/${name}`;
}

export function fileUrl(base: string, snapshot: string, file: string): string {
  return `${snapshotUrl(base, snapshot)}/${file}`;
}

/** How a snapshot is named where it is cited. */
export function snapshotCitation(
  snapshot: { name: string; takenAt: Date; publisher: string; recordCount: number },
  base: string,
): string {
  const { name, takenAt, publisher, recordCount } = snapshot;
  const year = dayOf(takenAt).slice(0, 4);
  return `${publisher} (${year}): ${TITLE}. Snapshot ${name}, ${recordCount} records. ${snapshotUrl(base, name)}`;
}

/** The name of a licence whose address is one that everybody knows; nothing of another. */
export function licenseName(address: string): { name?: string; title?: string } {
  const match = /^https?:\/\/creativecommons\.org\/(?:licenses\/([a-z-]+)|publicdomain\/(zero))\/(\d\.\d)(?:\/|$)/.exec(
    address,
  );
  if (match === null) return {};
  const [, kind, zero, version] = match;
  return zero === undefined
    ? { name: `CC-${kind!.toUpperCase()}-${version}`, title: `Creative Commons ${kind!.toUpperCase()} ${version}` }
    : { name: `CC0-${version}`, title: `Creative Commons Zero ${version}` };
}

/** Why the files of a snapshot are not given out any more, in a sentence; null when they are. */
export function goneBecause(snapshot: {
  name: string;
  withdrawnAt: Date | null;
  removedAt: Date | null;
}): string | null {
  const { name, withdrawnAt, removedAt } = snapshot;
  if (withdrawnAt !== null) {
    return `The snapshot ${name} was withdrawn on ${dayOf(withdrawnAt)}: a record in it was retracted. Use a newer one.`;
  }
  if (removedAt === null) return null;
  return `The files of the snapshot ${name} were removed on ${dayOf(removedAt)}, to make room for newer ones.`;
}
