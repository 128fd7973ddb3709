/** Every record there can be, in each format of harvests, against the formats' schemas. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { type Element, xml2js } from 'xml-js';
import { DUBLIN_CORE } from '../../src/modules/harvest/dublin-core.js';
import { RECORD_FORMAT, writeRecordSchema } from '../../src/modules/harvest/record-xml.js';
import { createSchemaCheck } from '../helpers/oai.js';
import { BASE, randomRecordDocument } from '../helpers/random-record-document.js';

const SOURCE = {
  base: BASE,
  publisher: 'A <publisher> & Sons',
  license: 'https://creativecommons.org/licenses/by/4.0/',
  labels: new Map(
    [1, 2, 3].map((number) => [`recommendation:${number}`, { danish: 'På <dansk>', english: 'In English' }]),
  ),
};

const documents = fc.sample(randomRecordDocument, { numRuns: 200, seed: 20 });

it.each([DUBLIN_CORE, RECORD_FORMAT])('$prefix is valid, whatever is in a record', async ({ write }) => {
  const check = await createSchemaCheck(writeRecordSchema(BASE));
  expect(await check(documents.map((document) => write(document, SOURCE)))).toEqual([]);
});

/** All texts and numbers in a document, however deep. */
function leaves(value: unknown): string[] {
  if (value === null || value === '') return [];
  return typeof value === 'object' ? Object.values(value).flatMap(leaves) : [String(value)];
}

it('the own format leaves nothing out', () => {
  for (const document of documents) {
    const written = xml2js(RECORD_FORMAT.write(document, SOURCE), { captureSpacesBetweenElements: true }) as Element;
    const texts = ({ type, text, elements = [] }: Element): string[] =>
      type === 'text' ? [String(text)] : elements.flatMap(texts);
    // XML 1.0 has no place for some characters.
    const expected = leaves(document).map((text) =>
      text.replace(/[^\t\n\r\u0020-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd'),
    );
    expect(texts(written).sort()).toEqual(expected.sort());
  }
});

it('the check notices what is not valid', async () => {
  const check = await createSchemaCheck(writeRecordSchema(BASE));
  const record = RECORD_FORMAT.write(documents[0]!, SOURCE);
  const core = DUBLIN_CORE.write(documents[0]!, SOURCE);
  for (const broken of [
    record.replace('<version>', '<version>x'),
    record.replace(/<slug>.*?<\/slug>/, ''),
    record.replace(/<language>..</, '<language>XX<'),
    record.replace('</title>', '</title><title>twice</title>'),
    core.replace('<dc:language>', '<dc:dialect>').replace('</dc:language>', '</dc:dialect>'),
    core.replace('</dc:rights>', '&nbsp;</dc:rights>'),
    core.replace('</dc:rights>', '\u0001</dc:rights>'),
  ]) {
    expect(await check([broken]), broken).not.toEqual([]);
  }
});
