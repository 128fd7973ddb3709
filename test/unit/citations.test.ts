/** Other programs read our citations, and understand what was meant, whatever people write. */
import { plugins } from '@citation-js/core';
import '@citation-js/plugin-bibtex';
import '@citation-js/plugin-ris';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CitationFormat, writeCitation } from '../../src/modules/citations/citation-format.js';
import { type CitedAs, oneLine } from '../../src/modules/citations/citation.js';
import { cslItem } from '../../src/modules/citations/csl-json.js';
import { dataciteJson } from '../../src/modules/citations/datacite-json.js';
import type { CaseStudyDocument, RecordDocument } from '../../src/modules/documents/record-document.js';
import { randomRecordDocument } from '../helpers/random-record-document.js';
import { randomRuns } from '../helpers/random-runs.js';

const ABOUT: CitedAs = {
  publisher: 'Medspil & venner',
  license: 'https://creativecommons.org/licenses/by/4.0/',
  accessedOn: '2026-11-23',
};

/** With a title and an author: a text of spaces alone is none. */
const citable = randomRecordDocument.filter(
  ({ title, organisation }) => oneLine(title) !== '' && oneLine(organisation.name) !== '',
);

/** What both formats can carry of an item. */
function essence(item: Record<string, any>) {
  return {
    title: item['title'],
    author: item['author']?.map(({ literal, family }: Record<string, string>) => literal ?? family),
    issued: item['issued']?.['date-parts'],
    accessed: item['accessed']?.['date-parts'],
    publisher: item['publisher'],
    URL: item['URL'],
    version: item['version'] ?? item['edition'],
    abstract: item['abstract'],
    note: item['note'],
    type: item['type'],
  };
}

const expected = (document: RecordDocument) => essence(cslItem(document, ABOUT) as unknown as Record<string, unknown>);

const parse = (text: string, format: string): Record<string, any> => {
  const [item, ...others] = plugins.input.chain(text, { forceType: format, generateGraph: false }) as any[];
  expect(others).toEqual([]);
  return item;
};

describe('citations', () => {
  it('[CITATION-BIBTEX] are read back from BibTeX', () => {
    fc.assert(
      fc.property(citable, (document) => {
        const item = parse(writeCitation(CitationFormat.BIBTEX, document, ABOUT), '@biblatex/text');
        expect(essence(item)).toEqual(expected(document));
        expect(item['language']).toBe(document.language === 'DA' ? 'danish' : 'english');
      }),
      randomRuns(200),
    );
  });

  it('[CITATION-RIS] are read back from RIS', () => {
    fc.assert(
      fc.property(citable, (document) => {
        const item = parse(writeCitation(CitationFormat.RIS, document, ABOUT), '@ris/file');
        // The parser looks for the day of access where journals have their volume; and RIS has no names but of people, with
        // commas between their parts.
        const written = { ...expected(document), accessed: undefined, author: undefined };
        expect({ ...essence(item), author: undefined }).toEqual(written);
        const names = item['author'].map((author: object) => Object.values(author).join(''));
        expect(names.join('').replace(/[\s,]/g, '')).toBe(oneLine(document.organisation.name).replace(/[\s,]/g, ''));
        expect(item['language']).toBe(document.language.toLowerCase());
      }),
      randomRuns(200),
    );
  });

  it('[CITATION-CSL] are a list of one item in CSL-JSON', () => {
    fc.assert(
      fc.property(citable, (document) => {
        const items = JSON.parse(writeCitation(CitationFormat.CSL_JSON, document, ABOUT));
        expect(items).toEqual([cslItem(document, ABOUT)]);
        expect(items[0]).toMatchObject({
          id: document.url,
          URL: document.url,
          language: document.language.toLowerCase(),
        });
      }),
      randomRuns(50),
    );
  });

  it('[CITATION-DATACITE] have what DataCite asks for, and the address for a DOI', () => {
    fc.assert(
      fc.property(citable, (document) => {
        const written = JSON.parse(writeCitation(CitationFormat.DATACITE_JSON, document, ABOUT));
        expect(written).toEqual(dataciteJson(document, ABOUT));
        expect(written).toMatchObject({
          schemaVersion: 'http://datacite.org/schema/kernel-4',
          url: document.url,
          titles: [{ title: oneLine(document.title) }],
          publisher: { name: 'Medspil & venner' },
          publicationYear: expect.stringMatching(/^\d{4}$/),
          types: { resourceTypeGeneral: 'Text' },
          rightsList: [{ rightsUri: ABOUT.license }],
        });
        expect(written.alternateIdentifiers[0]).toEqual({
          alternateIdentifier: document.url,
          alternateIdentifierType: 'URL',
        });
        expect(written.doi).toBeUndefined();
        expect(written.creators).toHaveLength(1);
      }),
      randomRuns(50),
    );
  });
});

describe('the text of a citation', () => {
  const [sample] = fc.sample(citable, { numRuns: 1, seed: 1 });
  const document = {
    ...sample!,
    recordKind: 'CASE_STUDY',
    url: 'https://medspil.example.org/records/laering-paa-aeroe',
    title: 'Læring på Ærø: 100 % {åben} & "fri" – C:\\mappe_1 ~ $5 #1 ^',
    summary: 'Første linje.\n\nAnden linje.',
    language: 'DA',
    provenance: 'REPORTED',
    version: 4,
    publishedAt: '2024-05-06T07:08:09.000Z',
    updatedAt: '2025-06-07T08:09:10.000Z',
    organisation: { ...sample!.organisation, name: 'Ærø Bibliotek' },
  } as CaseStudyDocument;

  it('has Danish letters as they are, and by name what LaTeX reads otherwise', () => {
    expect(writeCitation(CitationFormat.BIBTEX, document, ABOUT)).toBe(`@online{medspil-laering-paa-aeroe,
  author = {{Ærø Bibliotek}},
  title = {{Læring på Ærø: 100 \\% \\textbraceleft{}åben\\textbraceright{} \\& "fri" – C:\\textbackslash{}mappe\\_1 \\textasciitilde{} \\$5 \\#1 \\textasciicircum{}}},
  date = {2025-06-07},
  year = {2025},
  organization = {Medspil \\& venner},
  version = {4},
  langid = {danish},
  url = {https://medspil.example.org/records/laering-paa-aeroe},
  urldate = {2026-11-23},
  abstract = {Første linje. Anden linje.}
}
`);
  });

  it('has lines of RIS that end as its tools want it', () => {
    expect(writeCitation(CitationFormat.RIS, document, ABOUT).split('\r\n')).toEqual([
      'TY  - ELEC',
      'ID  - https://medspil.example.org/records/laering-paa-aeroe',
      'AU  - Ærø Bibliotek',
      'TI  - Læring på Ærø: 100 % {åben} & "fri" – C:\\mappe_1 ~ $5 #1 ^',
      'PY  - 2025',
      'DA  - 2025/06/07',
      'PB  - Medspil & venner',
      'ET  - 4',
      'LA  - da',
      'AB  - Første linje. Anden linje.',
      'UR  - https://medspil.example.org/records/laering-paa-aeroe',
      'Y2  - 2026/11/23',
      'ER  - ',
      '',
    ]);
  });

  it('says of an illustration that it is one', () => {
    const illustration = { ...document, provenance: 'ILLUSTRATIVE' } as CaseStudyDocument;
    for (const format of Object.values(CitationFormat)) {
      expect(writeCitation(format, illustration, ABOUT)).toContain('Illustration; opdigtet');
      expect(writeCitation(format, document, ABOUT)).not.toContain('Illustration');
    }
  });
});
