/** What there is to download, for people. */
import { EXPORT_FOLDER } from '../exports/export.downloads.js';
import type { ExportPublication } from '../exports/export-format.js';
import { EXPORT_FORMATS } from '../exports/export-formats.js';
import { anchor, escapeHtml, writePage } from '../linked-data/html.js';
import type { ListedSnapshot } from './snapshot.loaders.js';
import {
  CATALOG_PATH,
  dayOf,
  fileUrl,
  goneBecause,
  licenseName,
  snapshotCitation,
  snapshotUrl,
} from './snapshot-wording.js';

export function writeCatalogPage(
  snapshots: readonly ListedSnapshot[],
  base: string,
  { license, publisher }: ExportPublication,
): string {
  const catalog = `${base}${CATALOG_PATH}`;
  const live = EXPORT_FORMATS.map(({ name }) => `<li>${anchor(`${base}${EXPORT_FOLDER}/${name}`, name)}</li>`);
  return writePage({
    language: 'en',
    title: 'Downloads',
    links: [
      { rel: 'alternate', href: `${catalog}.jsonld`, type: 'application/ld+json' },
      { rel: 'alternate', href: `${catalog}.ttl`, type: 'text/turtle' },
      { rel: 'license', href: license },
    ],
    body: [
      '<h1>Downloads</h1>',
      `<p class="lead">Everything that is public, published by ${escapeHtml(publisher)} under ${licenseLink(license)}.</p>`,
      '<h2>As it is now</h2>',
      `<ul>${live.join('')}</ul>`,
      '<h2>As it was</h2>',
      '<p>Snapshots never change: cite one, and others find what you found.</p>',
      snapshots.length === 0 ? '<p>None has been taken yet.</p>' : snapshotTable(snapshots, base),
      `<p class="small">For catalogues: ${anchor(`${catalog}.ttl`, 'Turtle')} · ${anchor(`${catalog}.jsonld`, 'JSON-LD')} (DCAT)</p>`,
    ].join('\n'),
  });
}

function snapshotTable(snapshots: readonly ListedSnapshot[], base: string): string {
  const rows = snapshots.map((snapshot) => {
    const { name, recordCount, note } = snapshot;
    const remark = goneBecause(snapshot) ?? note ?? '';
    return `<tr><td>${anchor(snapshotUrl(base, name), name)}</td><td>${recordCount}</td><td>${escapeHtml(remark)}</td></tr>`;
  });
  return `<table><tr><th>Snapshot</th><th>Records</th><th>Remark</th></tr>${rows.join('')}</table>`;
}

export function writeSnapshotPage(snapshot: ListedSnapshot, base: string): string {
  const { name, takenAt, recordCount, note, license, publisher, files } = snapshot;
  const url = snapshotUrl(base, name);
  const gone = goneBecause(snapshot);
  const rows = files.map((file) => {
    const where = gone === null ? anchor(fileUrl(base, name, file.name), file.name) : escapeHtml(file.name);
    return `<tr><td>${where}</td><td>${file.bytes}</td><td><code>${file.sha256}</code></td></tr>`;
  });
  return writePage({
    language: 'en',
    title: `Snapshot ${name}`,
    links: [
      { rel: 'cite-as', href: url },
      { rel: 'license', href: license },
      ...(gone === null
        ? files.map((file) => ({ rel: 'item', href: fileUrl(base, name, file.name), type: file.mediaType }))
        : []),
    ],
    body: [
      '<p class="kind">Snapshot</p>',
      `<h1>${escapeHtml(name)}</h1>`,
      ...(gone === null ? [] : [`<p class="note">${escapeHtml(gone)}</p>`]),
      ...(note === null ? [] : [`<p class="lead">${escapeHtml(note)}</p>`]),
      `<p>${recordCount} records as they were on ${dayOf(takenAt)}, published by ${escapeHtml(publisher)} under ${licenseLink(license)}.</p>`,
      `<h2>To cite it</h2><p>${escapeHtml(snapshotCitation(snapshot, base))}</p>`,
      `<h2>Files</h2><table><tr><th>File</th><th>Bytes</th><th>SHA-256</th></tr>${rows.join('')}</table>`,
    ].join('\n'),
  });
}

function licenseLink(license: string): string {
  return anchor(license, licenseName(license).title ?? license);
}
