/** Reads exports as their users do, by the usual parsers, into what can be compared. */
import { once } from 'node:events';
import { promisify } from 'node:util';
import jsonld from 'jsonld';
import n3, { type Quad } from 'n3';
import xml, { type ElementCompact } from 'xml-js';
import yauzl, { type Entry, type ZipFile } from 'yauzl';

/** Whole, whether the server likes it or not: without a word of compression unless told. */
export async function fetchExport(
  url: string,
  name: string,
  parameters = '',
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${url}/export/${name}${parameters}`, { headers: { 'accept-encoding': 'identity', ...headers } });
}

export async function downloadExport(url: string, name: string, parameters = ''): Promise<Buffer> {
  const response = await fetchExport(url, name, parameters);
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status !== 200) throw new Error(`${response.status}: ${bytes.toString()}`);
  return bytes;
}

export function readLines(bytes: Buffer): any[] {
  const text = bytes.toString();
  if (text !== '' && !text.endsWith('\n')) throw new Error('The last line is not whole.');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line));
}

/** The files of an archive by their names; fails where a checksum does not fit. */
export async function readZip(bytes: Buffer): Promise<Map<string, Buffer>> {
  const zip = await promisify<Buffer, yauzl.Options, ZipFile>(yauzl.fromBuffer)(bytes, { lazyEntries: true });
  const files = new Map<string, Buffer>();
  const open = promisify(zip.openReadStream.bind(zip)) as (entry: Entry) => Promise<NodeJS.ReadableStream>;
  zip.on('entry', (entry: Entry) => {
    void (async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of await open(entry)) chunks.push(chunk as Buffer);
      files.set(entry.fileName, Buffer.concat(chunks));
      zip.readEntry();
    })().catch((error: Error) => zip.emit('error', error));
  });
  const ended = once(zip, 'end');
  zip.readEntry();
  await ended;
  return files;
}

/** The rows of CSV as in RFC 4180, by the names of their columns. */
export function readCsv(text: string): Record<string, string>[] {
  const rows: string[][] = [];
  let row: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y;
  while (cell.lastIndex < text.length) {
    const place = cell.lastIndex;
    const match = cell.exec(text);
    if (match === null) throw new Error(`This is no CSV: ${text.slice(place, place + 100)}`);
    row.push(match[1]?.replaceAll('""', '"') ?? match[2]!);
    if (match[3] === ',') continue;
    rows.push(row);
    row = [];
  }
  const [names, ...lines] = rows;
  return lines.map((line) => {
    if (line.length !== names!.length) throw new Error(`This row has ${line.length} cells: ${line.join()}`);
    return Object.fromEntries(line.map((value, place) => [names![place]!, value]));
  });
}

/** The tables of an archive by their names, and its metadata. */
export async function readTables(bytes: Buffer) {
  const files = await readZip(bytes);
  const metadata = JSON.parse(files.get('csv-metadata.json')!.toString());
  const tables: Record<string, Record<string, string>[]> = {};
  for (const [name, content] of files) {
    if (name.endsWith('.csv')) tables[name.slice(0, -4)] = readCsv(content.toString());
  }
  return { metadata, tables, names: [...files.keys()] };
}

/** The triples of Turtle, a line each. */
export function readTurtle(bytes: Buffer): string[] {
  const { prefixes = [] } = { prefixes: bytes.toString().match(/^@prefix [a-z]+:/gm) ?? [] };
  if (new Set(prefixes).size !== prefixes.length) throw new Error('A prefix stands there twice.');
  return lines(new n3.Parser({ format: 'text/turtle' }).parse(bytes.toString()));
}

/** The triples of JSON-LD, a line each. Nothing is loaded: a context that is not in the document fails. */
export async function readJsonLd(bytes: Buffer): Promise<string[]> {
  const documentLoader = (address: string) => Promise.reject(new Error(`${address} would be loaded.`));
  const quads = (await jsonld.toRDF(JSON.parse(bytes.toString()), {
    format: 'application/n-quads',
    documentLoader,
    safe: true,
  } as never)) as unknown as string;
  return lines(new n3.Parser({ format: 'N-Quads' }).parse(quads));
}

function lines(quads: Quad[]): string[] {
  const written = new n3.Writer({ format: 'N-Quads' }).quadsToString(quads);
  return [...new Set(written.split('\n').filter(Boolean))].sort();
}

export interface ReadGraph {
  readonly nodes: Record<string, unknown>[];
  readonly edges: Record<string, unknown>[];
}

/** The nodes and edges of GraphML with their attributes, by name and in their types. */
export function readGraphml(bytes: Buffer): ReadGraph {
  const { graphml } = xml.xml2js(bytes.toString(), { compact: true, alwaysArray: true }) as ElementCompact;
  const keys = new Map<string, { for: string; name: string; type: string }>();
  for (const { _attributes: key } of graphml[0].key) {
    keys.set(key.id, { for: key.for, name: key['attr.name'], type: key['attr.type'] });
  }
  const read = (kind: string) =>
    (graphml[0].graph[0][kind] ?? []).map(({ _attributes, data = [] }: ElementCompact) => {
      const values = data.map(({ _attributes: { key }, _text = [''] }: any) => {
        const { for: target, name, type } = keys.get(key)!;
        if (target !== kind) throw new Error(`${name} is no attribute of a ${kind}.`);
        return [name, typed(type, _text.join(''))];
      });
      return { ..._attributes, ...Object.fromEntries(values) };
    });
  return { nodes: read('node'), edges: read('edge') };
}

function typed(type: string, text: string): unknown {
  if (type === 'int' && /^\d+$/.test(text)) return Number(text);
  if (type === 'boolean' && /^(true|false)$/.test(text)) return text === 'true';
  if (type !== 'string') throw new Error(`"${text}" is no ${type}.`);
  return text;
}
