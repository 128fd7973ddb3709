/** The formats in which a record can be cited. */
import { registerEnumType } from 'type-graphql';
import type { RecordDocument } from '../documents/record-document.js';
import { writeBibtex } from './bibtex.js';
import type { CitedAs } from './citation.js';
import { writeCslJson } from './csl-json.js';
import { writeDataciteJson } from './datacite-json.js';
import { writeRis } from './ris.js';

export enum CitationFormat {
  CSL_JSON = 'CSL_JSON',
  BIBTEX = 'BIBTEX',
  RIS = 'RIS',
  DATACITE_JSON = 'DATACITE_JSON',
}

registerEnumType(CitationFormat, {
  name: 'CitationFormat',
  description: 'A format that programs for references read.',
  valuesConfig: {
    CSL_JSON: { description: 'CSL-JSON, of Zotero, pandoc and citation processors: a list of one item.' },
    BIBTEX: { description: 'BibTeX with the fields of BibLaTeX, in UTF-8.' },
    RIS: { description: 'RIS, of EndNote and most library systems.' },
    DATACITE_JSON: { description: 'DataCite JSON of metadata schema 4.6, without a DOI.' },
  },
});

export interface WrittenFormat {
  readonly format: CitationFormat;
  /** What is put behind a record's address, after a dot. */
  readonly suffix: string;
  readonly mediaType: string;
  /** As people call it. */
  readonly name: string;
  readonly write: (document: RecordDocument, about: CitedAs) => string;
}

export const CITATION_FORMATS: readonly WrittenFormat[] = [
  {
    format: CitationFormat.CSL_JSON,
    suffix: 'csl.json',
    mediaType: 'application/vnd.citationstyles.csl+json',
    name: 'CSL-JSON',
    write: writeCslJson,
  },
  {
    format: CitationFormat.BIBTEX,
    suffix: 'bib',
    mediaType: 'application/x-bibtex',
    name: 'BibTeX',
    write: writeBibtex,
  },
  {
    format: CitationFormat.RIS,
    suffix: 'ris',
    mediaType: 'application/x-research-info-systems',
    name: 'RIS',
    write: writeRis,
  },
  {
    format: CitationFormat.DATACITE_JSON,
    suffix: 'datacite.json',
    mediaType: 'application/vnd.datacite.datacite+json',
    name: 'DataCite',
    write: writeDataciteJson,
  },
];

export function writeCitation(format: CitationFormat, document: RecordDocument, about: CitedAs): string {
  return CITATION_FORMATS.find((each) => each.format === format)!.write(document, about);
}
