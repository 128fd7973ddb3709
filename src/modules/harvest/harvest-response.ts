/** Answers of OAI-PMH 2.0, section 3.2, as XML. */
import { escapeXml, xmlElement, xmlText } from '../../common/xml.js';
import { writeDatestamp } from './datestamp.js';
import type { HarvestError } from './harvest-error.js';
import type { HarvestFormat, HarvestSource } from './harvest-format.js';
import type { HarvestRequest } from './harvest-request.js';
import { type HarvestSet, innermost } from './harvest-sets.js';
import type { HarvestItem } from './harvest.loaders.js';

const NAMESPACE = 'http://www.openarchives.org/OAI/2.0/';
const SCHEMA = `${NAMESPACE}OAI-PMH.xsd`;

/** @param request undefined when it was none: then its arguments are not repeated */
export function writeResponse(
  time: Date,
  address: string,
  request: HarvestRequest | undefined,
  content: string,
): string {
  const attributes = request === undefined ? {} : { verb: request.verb, ...request.given };
  return `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="${NAMESPACE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
  xsi:schemaLocation="${escapeXml(`${NAMESPACE} ${SCHEMA}`)}">
${xmlText('responseDate', writeDatestamp(time))}
${xmlText('request', address, attributes)}
${content}
</OAI-PMH>
`;
}

export function writeErrors({ code, messages }: HarvestError): string {
  return messages.map((message) => xmlText('error', message, { code })).join('\n');
}

export function writeHeader({ changedAt, sets, deleted }: HarvestItem, identifier: string): string {
  const content = [
    xmlText('identifier', identifier),
    xmlText('datestamp', writeDatestamp(changedAt)),
    ...innermost(sets).map((name) => xmlText('setSpec', name)),
  ].join('');
  return xmlElement('header', content, { status: deleted ? 'deleted' : undefined });
}

export function writeItem(item: HarvestItem, identifier: string, format: HarvestFormat, source: HarvestSource): string {
  const { document } = item;
  const metadata = document === null ? '' : xmlElement('metadata', format.write(document, source));
  return xmlElement('record', writeHeader(item, identifier) + metadata);
}

export interface Resumption {
  /** Empty on the last page. */
  readonly token: string;
  readonly expiresAt: Date | undefined;
  /** How many were listed before this page, and how many there are. */
  readonly cursor: number;
  readonly size: number;
}

export function writeResumption({ token, expiresAt, cursor, size }: Resumption): string {
  return xmlText('resumptionToken', token, {
    expirationDate: expiresAt && writeDatestamp(expiresAt),
    completeListSize: size,
    cursor,
  });
}

export function writeSets(sets: readonly HarvestSet[]): string {
  const written = sets.map(({ name, title }) =>
    xmlElement('set', xmlText('setSpec', name) + xmlText('setName', title)),
  );
  return xmlElement('ListSets', `\n${written.join('\n')}\n`);
}

export function writeFormats(formats: readonly HarvestFormat[], base: string): string {
  const written = formats.map(({ prefix, schema, namespace }) =>
    xmlElement(
      'metadataFormat',
      xmlText('metadataPrefix', prefix) +
        xmlText('schema', schema(base)) +
        xmlText('metadataNamespace', namespace(base)),
    ),
  );
  return xmlElement('ListMetadataFormats', `\n${written.join('\n')}\n`);
}
