/** What there is to download, as a catalogue that other catalogues read: DCAT 3, https://www.w3.org/TR/vocab-dcat-3/. */
import { EXPORT_FOLDER } from '../exports/export.downloads.js';
import type { ExportPublication } from '../exports/export-format.js';
import { EXPORT_FORMATS } from '../exports/export-formats.js';
import { type NodeObject, nodeObject } from '../linked-data/node-object.js';
import { DATA_PACKAGE } from './data-package.js';
import type { ListedSnapshot } from './snapshot.loaders.js';
import {
  CATALOG_PATH,
  fileUrl,
  goneBecause,
  SNAPSHOTS_PATH,
  snapshotCitation,
  snapshotUrl,
} from './snapshot-wording.js';

const TITLE = { da: 'Delt viden om bibliotekers partnerskaber', en: 'Shared knowledge on partnerships of libraries' };

/** The specifications that files follow, by their names. */
const SPECIFICATIONS: Readonly<Record<string, string>> = {
  'tables.zip': 'http://www.w3.org/ns/csvw',
  'records.jsonld': 'http://www.w3.org/TR/json-ld11/',
  'records.ttl': 'http://www.w3.org/TR/turtle/',
  'graph.graphml': 'http://graphml.graphdrawing.org/xmlns',
  [DATA_PACKAGE.name]: 'https://datapackage.org/standard/data-package/',
  'snapshot.zip': 'https://datapackage.org/standard/data-package/',
};

/**
 * The catalogue with everything in it.
 *
 * @param snapshots newest first
 * @param base the address of the server as clients know it, without a slash at the end
 */
export function catalogNodes(
  snapshots: readonly ListedSnapshot[],
  base: string,
  { license, publisher }: ExportPublication,
): NodeObject[] {
  const catalog = `${base}${CATALOG_PATH}`;
  const agent = nodeObject(`${catalog}#publisher`, 'Agent', { agentName: publisher });
  const rights = { publishedBy: agent, licensedAs: license };
  const present = nodeObject(`${base}${EXPORT_FOLDER}`, 'Dataset', {
    title: TITLE,
    summary: {
      en: 'As it is now. With the parameter `since` and a cursor: only what changed, and what was retracted.',
    },
    ...rights,
    landingPage: catalog,
    distribution: EXPORT_FORMATS.map(({ name, mediaType }) =>
      nodeObject(`${base}${EXPORT_FOLDER}/${name}#distribution`, 'Distribution', {
        title: { en: name },
        accessURL: `${base}${EXPORT_FOLDER}/${name}`,
        downloadURL: `${base}${EXPORT_FOLDER}/${name}`,
        mediaType: mediaTypeOf(mediaType),
        conformsTo: SPECIFICATIONS[name],
        licensedAs: license,
      }),
    ),
  });
  const series = `${base}${SNAPSHOTS_PATH}`;
  const dated = snapshots.map((snapshot, place) => snapshotNode(snapshot, base, snapshots[place + 1]?.name));
  return [
    nodeObject(catalog, 'Catalog', {
      title: { da: 'Medspil', en: 'Medspil' },
      summary: TITLE,
      ...rights,
      dataset: [present['@id'], series, ...dated.map((node) => node['@id'])],
      service: [service(base, present['@id'])],
    }),
    present,
    nodeObject(series, 'DatasetSeries', {
      title: { da: `${TITLE.da}: øjebliksbilleder`, en: `${TITLE.en}: snapshots` },
      summary: { en: 'Everything that was public on a day, in files that never change.' },
      ...rights,
      lastVersion: dated[0]?.['@id'],
    }),
    ...dated,
  ];
}

/**
 * One snapshot. One whose files are not given out any more has them still, with their checksums, but no address to have them
 * from.
 *
 * @param previous the name of the one before it
 */
export function snapshotNode(snapshot: ListedSnapshot, base: string, previous?: string): NodeObject {
  const { name, takenAt, license, publisher, files } = snapshot;
  const url = snapshotUrl(base, name);
  const gone = goneBecause(snapshot);
  const goneAt = snapshot.withdrawnAt ?? snapshot.removedAt;
  return nodeObject(url, 'Dataset', {
    title: { da: `${TITLE.da}, ${name}`, en: `${TITLE.en}, ${name}` },
    summary: { en: gone ?? snapshotCitation(snapshot, base) },
    issued: takenAt.toISOString(),
    invalidatedAtTime: goneAt?.toISOString(),
    datasetVersion: name,
    publishedBy: nodeObject(`${url}#publisher`, 'Agent', { agentName: publisher }),
    licensedAs: license,
    landingPage: url,
    inSeries: `${base}${SNAPSHOTS_PATH}`,
    previousVersion: previous === undefined ? undefined : snapshotUrl(base, previous),
    distribution: files.map((file) => {
      const address = fileUrl(base, name, file.name);
      return nodeObject(`${address}#distribution`, 'Distribution', {
        title: { en: file.name },
        accessURL: url,
        downloadURL: gone === null ? address : null,
        mediaType: mediaTypeOf(file.mediaType),
        byteSize: String(file.bytes),
        conformsTo: SPECIFICATIONS[file.name],
        issued: takenAt.toISOString(),
        licensedAs: license,
        checksum: nodeObject(`${address}#checksum`, 'Checksum', {
          algorithm: 'http://spdx.org/rdf/terms#checksumAlgorithm_sha256',
          checksumValue: file.sha256,
        }),
      });
    }),
  });
}

function service(base: string, dataset: string): NodeObject {
  return nodeObject(`${base}/graphql`, 'DataService', {
    title: { en: 'GraphQL API' },
    endpointURL: `${base}/graphql`,
    endpointDescription: `${base}/schema.graphql`,
    servesDataset: dataset,
  });
}

/** By IANA's register, which has them without their parameters. */
function mediaTypeOf(mediaType: string): string {
  return `https://www.iana.org/assignments/media-types/${mediaType.split(';')[0]}`;
}
