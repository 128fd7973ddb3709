/** Where records have their address, and in what they are told there. */
import { renderMarkdown } from '../../common/markdown.js';
import { inTurn } from '../../common/turns.js';
import type { Context } from '../../platform/auth/context.js';
import { CITATION_FORMATS } from '../citations/citation-format.js';
import { type CitedAs, dayOf } from '../citations/citation.js';
import type { RecordDocument } from '../documents/record-document.js';
import { MARKDOWN_FIELDS } from '../records/record.columns.js';
import { PAGE_SECURITY_POLICY, type PageLink } from './html.js';
import { linkedData, LINKED_DATA_FORMATS } from './linked-data-formats.js';
import type { NodeObject } from './node-object.js';
import { organisationAddress } from './organisation-node.js';
import { recordJsonLd } from './record-json-ld.js';
import { languageOf, writeRecordPage } from './record-page.js';
import { findRecord, type FoundRecord } from './record-resource.loaders.js';
import { linkHeader, schemaOrg } from './signposts.js';
import { TYPES } from './terms.js';
import { tombstoneNode, tombstoneOf } from './tombstone.js';
import { writeTombstonePage } from './tombstone-page.js';

export const RECORDS_PATH = '/records/';

/** One whole record, and its texts rendered from Markdown. */
const RECORD_POINTS = 20;

const HTML = 'text/html';
const JSON_FORMAT = { suffix: 'json', mediaType: 'application/json', name: 'JSON' } as const;
/** A record itself, as programs read it. */
const DATA_FORMATS = [...LINKED_DATA_FORMATS, JSON_FORMAT];

export interface RecordResourceOptions extends Pick<CitedAs, 'publisher' | 'license'> {
  /** Gives the address of the server as clients know it, without a slash at the end. */
  readonly base: () => string;
}

export function recordResource({ publisher, license, base }: RecordResourceOptions) {
  return {
    path: RECORDS_PATH,
    points: RECORD_POINTS,
    read: async ({ database, cancellation }: Context, name: string) => {
      const address = base();
      const found = await findRecord(database, name, address);
      if (found === null) return null;
      if (found.document === null) return goneResource(found, name, address);
      if (found.url !== `${address}${RECORDS_PATH}${name}`) return { movedTo: found.url };
      return publishedResource(found, JSON.parse(found.document) as RecordDocument);

      function publishedResource(found: FoundRecord, document: RecordDocument) {
        const node = recordJsonLd(document, address, { license, publisher, versions: found.versions });
        const about = { publisher, license, accessedOn: dayOf(new Date().toISOString()) };
        const links = signposts(document, license, address);
        const page = async () =>
          writeRecordPage({
            document,
            found,
            publisher,
            license,
            rendered: await render(document),
            links,
            data: schemaOrg(node),
            formats: DATA_FORMATS,
          });
        const described = {
          link: linkHeader([{ rel: 'describes', href: document.url, type: HTML }, ...rights(license)]),
        };
        return {
          status: 200 as const,
          url: document.url,
          headers: { 'content-language': languageOf(document) },
          representations: [
            {
              suffix: 'html',
              mediaType: HTML,
              headers: { link: linkHeader(links), 'content-security-policy': PAGE_SECURITY_POLICY },
              write: page,
            },
            ...linkedData([node], address).map((format) => ({ ...format, headers: described })),
            { ...JSON_FORMAT, headers: described, write: () => `${JSON.stringify(document)}\n` },
            ...CITATION_FORMATS.map(({ suffix, mediaType, write }) => ({
              suffix,
              mediaType,
              headers: described,
              write: () => write(document, about),
            })),
          ],
        };
      }

      /** One text can take a quarter of a second: others have their turn in between. */
      async function render(document: RecordDocument): Promise<Record<string, string>> {
        const texts = MARKDOWN_FIELDS.flatMap((field) => {
          const text = (document as unknown as Record<string, string | null | undefined>)[field];
          return text ? [[field, text] as const] : [];
        });
        const rendered = texts.map(async ([field, text]) => [
          field,
          await inTurn(cancellation, () => renderMarkdown(text)),
        ]);
        return Object.fromEntries(await Promise.all(rendered)) as Record<string, string>;
      }
    },
  };
}

/** 410: everything that it had here answers so, in its own type where that can say anything. */
function goneResource(found: FoundRecord, name: string, base: string) {
  const tombstone = tombstoneOf(found, name, base);
  const node: NodeObject = tombstoneNode(tombstone);
  const links: PageLink[] = DATA_FORMATS.map(({ suffix, mediaType }) => ({
    rel: 'alternate',
    href: `${tombstone.url}.${suffix}`,
    type: mediaType,
  }));
  const json = () => `${JSON.stringify(tombstone)}\n`;
  return {
    status: 410 as const,
    url: tombstone.url,
    representations: [
      {
        suffix: 'html',
        mediaType: HTML,
        headers: { 'content-language': 'en, da', 'content-security-policy': PAGE_SECURITY_POLICY },
        write: () => writeTombstonePage(tombstone, links),
      },
      ...linkedData([node], base),
      { ...JSON_FORMAT, write: json },
      // There is nothing left to cite, but programs that ask for it are to hear why.
      ...CITATION_FORMATS.map(({ suffix }) => ({ suffix, mediaType: JSON_FORMAT.mediaType, write: json })),
    ],
  };
}

/** https://signposting.org/FAIR/: from the page to what programs want to know. */
function signposts({ url, organisation }: RecordDocument, license: string, base: string): PageLink[] {
  const data = (suffix: string, mediaType: string) => ({ href: `${url}.${suffix}`, type: mediaType });
  return [
    { rel: 'cite-as', href: url },
    { rel: 'type', href: 'https://schema.org/AboutPage' },
    { rel: 'type', href: `https://schema.org/${TYPES['Article']!.slice('schema:'.length)}` },
    { rel: 'author', href: organisationAddress(organisation.id, base) },
    ...rights(license),
    ...[...LINKED_DATA_FORMATS, ...CITATION_FORMATS].map(({ suffix, mediaType }) => ({
      rel: 'describedby',
      ...data(suffix, mediaType),
    })),
    { rel: 'item', ...data(JSON_FORMAT.suffix, JSON_FORMAT.mediaType) },
    ...DATA_FORMATS.map(({ suffix, mediaType }) => ({ rel: 'alternate', ...data(suffix, mediaType) })),
  ];
}

function rights(license: string): PageLink[] {
  return [{ rel: 'license', href: license }];
}
