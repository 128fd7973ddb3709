/** What is gone, as linked data. The words are those of ActivityStreams, and whole IRIs: our context has none for it. */
import type { Tombstone } from './export-format.js';

const ACTIVITY_STREAMS = 'https://www.w3.org/ns/activitystreams#';
const DATE_TIME = 'http://www.w3.org/2001/XMLSchema#dateTime';

export function tombstoneJsonLd({ url, retractedAt }: Tombstone): object {
  const node = { '@id': url, '@type': `${ACTIVITY_STREAMS}Tombstone` };
  if (retractedAt === null) return node;
  return { ...node, [`${ACTIVITY_STREAMS}deleted`]: { '@value': retractedAt, '@type': DATE_TIME } };
}

/** To follow prefixes of which `xsd` is one. */
export function tombstoneTurtle({ url, retractedAt }: Tombstone): string {
  const deleted = retractedAt === null ? '' : `;\n    <${ACTIVITY_STREAMS}deleted> "${retractedAt}"^^xsd:dateTime`;
  return `<${url}> a <${ACTIVITY_STREAMS}Tombstone>${deleted}.\n\n`;
}
