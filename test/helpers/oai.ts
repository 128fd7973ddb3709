/** Reads answers of OAI-PMH as a strict harvester does. */
import { readFile } from 'node:fs/promises';
import { validateXML } from 'xmllint-wasm';

/** Files of the standards, beside the tests that check against them. */
const SCHEMAS = ['OAI-PMH.xsd', 'oai_dc.xsd', 'oai-identifier.xsd', 'simpledc20021212.xsd', 'xml.xsd'];
const OWN_SCHEMA = 'medspil-oai.xsd';

const NAMESPACES: Readonly<Record<string, string>> = {
  'http://www.openarchives.org/OAI/2.0/': 'OAI-PMH.xsd',
  'http://www.openarchives.org/OAI/2.0/oai_dc/': 'oai_dc.xsd',
  'http://www.openarchives.org/OAI/2.0/oai-identifier': 'oai-identifier.xsd',
};

/** Says what is wrong with documents: not well-formed, or against one of the schemas. */
export type SchemaCheck = (documents: readonly string[]) => Promise<string[]>;

/**
 * Makes a check against the protocol's schemas and a server's own.
 *
 * @param ownSchema as the server has it
 */
export async function createSchemaCheck(ownSchema: string): Promise<SchemaCheck> {
  const preload = await Promise.all(
    SCHEMAS.map(async (fileName) => ({
      fileName,
      contents: await readFile(new URL(`../audit/oai/${fileName}`, import.meta.url), 'utf8'),
    })),
  );
  preload.push({ fileName: OWN_SCHEMA, contents: ownSchema });
  const ownNamespace = /targetNamespace="([^"]+)"/.exec(ownSchema)![1]!;
  const imports = Object.entries({ ...NAMESPACES, [ownNamespace]: OWN_SCHEMA })
    .map(([namespace, file]) => `<xs:import namespace="${namespace}" schemaLocation="${file}"/>`)
    .join('');
  const schema = `<xs:schema xmlns:xs="http://www.w3.org/2001/XMLSchema">${imports}</xs:schema>`;
  return async (documents) => {
    const xml = documents.map((contents, number) => ({ fileName: `${number}.xml`, contents }));
    const { errors } = await validateXML({
      xml,
      schema: [{ fileName: 'all.xsd', contents: schema }],
      preload,
      maxMemoryPages: 4_096,
    });
    return errors.map(({ rawMessage }) => rawMessage);
  };
}

export async function fetchSchemaCheck(url: string): Promise<SchemaCheck> {
  return createSchemaCheck(await (await fetch(`${url}/ns/medspil-oai.xsd`)).text());
}

/** A record as a harvester has it. */
export interface HarvestedRecord {
  readonly identifier: string;
  readonly datestamp: string;
  readonly deleted: boolean;
  readonly sets: readonly string[];
  /** As XML; null of what is deleted, and of headers alone. */
  readonly metadata: string | null;
}

export interface HarvestedPage {
  readonly responseDate: string;
  readonly errors: readonly string[];
  readonly records: readonly HarvestedRecord[];
  /** Empty on the last page of several; null where there is but one. */
  readonly token: string | null;
  readonly cursor: number | null;
  readonly size: number | null;
  readonly expirationDate: string | null;
}

const unescape = (text: string) =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&amp;', '&');

/** The texts of all elements of a name. */
export function textsOf(xml: string, name: string): string[] {
  return [...xml.matchAll(new RegExp(`<${name}(?: [^>]*)?>([^<]*)</${name}>`, 'g'))].map(([, text]) => unescape(text!));
}

/** The attributes of the first element of a name. */
export function attributesOf(xml: string, name: string): Record<string, string> {
  const tag = new RegExp(`<${name}((?: [^>]*?)?)/?>`).exec(xml)?.[1] ?? '';
  return Object.fromEntries([...tag.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, key, value]) => [key!, unescape(value!)]));
}

export function errorsOf(xml: string): string[] {
  return [...xml.matchAll(/<error code="(\w+)"/g)].map(([, code]) => code!);
}

export function readPage(xml: string): HarvestedPage {
  const records = [...xml.matchAll(/<header.*?<\/header>(?:<metadata>(.*?)<\/metadata>)?/gs)].map(
    ([whole, metadata]) => ({
      identifier: textsOf(whole, 'identifier')[0]!,
      datestamp: textsOf(whole, 'datestamp')[0]!,
      deleted: attributesOf(whole, 'header')['status'] === 'deleted',
      sets: textsOf(whole, 'setSpec'),
      metadata: metadata ?? null,
    }),
  );
  const has = xml.includes('<resumptionToken');
  const { cursor, completeListSize, expirationDate } = attributesOf(xml, 'resumptionToken');
  return {
    responseDate: textsOf(xml, 'responseDate')[0]!,
    errors: errorsOf(xml),
    records,
    token: has ? (textsOf(xml, 'resumptionToken')[0] ?? '') : null,
    cursor: cursor === undefined ? null : Number(cursor),
    size: completeListSize === undefined ? null : Number(completeListSize),
    expirationDate: expirationDate ?? null,
  };
}

export interface HarvestRun {
  /** Of the first answer: where the next harvest begins. */
  readonly responseDate: string;
  readonly pages: readonly HarvestedPage[];
  readonly texts: readonly string[];
  readonly records: readonly HarvestedRecord[];
}

/**
 * Harvests a list to its end.
 *
 * @param url of the server, for each page anew: several may take turns
 * @param afterPage called between two pages
 */
export async function harvest(
  url: () => string,
  parameters: Readonly<Record<string, string>>,
  afterPage: (page: HarvestedPage) => Promise<void> = async () => undefined,
): Promise<HarvestRun> {
  const pages: HarvestedPage[] = [];
  const texts: string[] = [];
  let next: Record<string, string> | null = { verb: 'ListRecords', ...parameters };
  while (next !== null) {
    const response: Response = await fetch(`${url()}/oai?${new URLSearchParams(next)}`);
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${response.status} ${text}`);
    const page = readPage(text);
    pages.push(page);
    texts.push(text);
    next = page.token ? { verb: next['verb']!, resumptionToken: page.token } : null;
    if (next !== null) await afterPage(page);
  }
  return { responseDate: pages[0]!.responseDate, pages, texts, records: pages.flatMap(({ records }) => records) };
}
