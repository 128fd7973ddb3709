/** Where the exports lie. */
import type { Database } from '../../platform/database/database.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { ExportFormat, ExportPublication } from './export-format.js';
import { EXPORT_FORMATS } from './export-formats.js';
import { readSelection } from './export-selection.js';
import { openExportSource } from './export-source.js';

export interface ExportDownloadOptions {
  readonly database: Pick<Database, 'client'>;
  readonly log: Pick<KnowledgeLog, 'end'>;
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
  readonly publication: ExportPublication;
  /** Of this program: another may write otherwise. */
  readonly version: string;
}

export const EXPORT_FOLDER = '/export';

export function exportDownloads(options: ExportDownloadOptions) {
  return EXPORT_FORMATS.map((format) => ({
    path: `${EXPORT_FOLDER}/${format.name}`,
    fileName: format.name,
    mediaType: format.mediaType,
    compressed: format.compressed,
    open: (parameters: URLSearchParams) => open(format, parameters, options),
  }));
}

async function open(
  format: ExportFormat,
  parameters: URLSearchParams,
  { database, log, base, publication, version }: ExportDownloadOptions,
) {
  const selection = readSelection(parameters);
  const { source, records, fingerprint, close } = await openExportSource(database, log, {
    base: base(),
    selection,
    publication,
  });
  return {
    name: JSON.stringify([version, fingerprint]),
    headers: { 'knowledge-cursor': source.cursor, link: `<${publication.license}>; rel="license"` },
    write: () => format.write(records, source),
    close,
  };
}
