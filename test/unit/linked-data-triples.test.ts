/** Whoever reads a record's JSON-LD by the published context has the same triples as who reads its Turtle. */
import fc from 'fast-check';
import jsonld from 'jsonld';
import n3 from 'n3';
import { describe, expect, it } from 'vitest';
import { context } from '../../src/modules/linked-data/context.js';
import { type Publication, recordJsonLd } from '../../src/modules/linked-data/record-json-ld.js';
import { quadsOf } from '../../src/modules/linked-data/quads.js';
import { recordTurtle, turtleOf, turtlePrefixes } from '../../src/modules/linked-data/record-turtle.js';
import { CONCEPTS } from '../../src/modules/linked-data/concept-wording.js';
import { PROPERTIES, TYPES } from '../../src/modules/linked-data/terms.js';
import { tombstoneNode } from '../../src/modules/linked-data/tombstone.js';
import { vocabularyNodes } from '../../src/modules/linked-data/vocabulary.js';
import { OWN_CLASSES, OWN_PROPERTIES } from '../../src/modules/linked-data/vocabulary-wording.js';
import { CaseStudyKind, CaseStudyState, Scope } from '../../src/modules/case-studies/case-study.entity.js';
import { ContributionKind, PartyRole, RuleTopic } from '../../src/modules/case-studies/partnership.entity.js';
import { Sector } from '../../src/modules/directory/organisation.entity.js';
import { Phase } from '../../src/modules/experiences/experience.entity.js';
import { StakeholderGroup } from '../../src/modules/framework/framework.entity.js';
import { EvidenceStance } from '../../src/modules/lessons/lesson.entity.js';
import { LinkRelation } from '../../src/modules/records/link.entity.js';
import { Outcome } from '../../src/modules/records/outcome.js';
import { Documentation, Provenance, RecordKind } from '../../src/modules/records/record.entity.js';
import { BASE, randomRecordDocument } from '../helpers/random-record-document.js';
import { randomRuns } from '../helpers/random-runs.js';

const CONTEXT = context(BASE);

const publication: fc.Arbitrary<Publication> = fc.oneof(
  fc.constant({}),
  fc.constant({
    license: 'https://creativecommons.org/licenses/by/4.0/',
    publisher: 'Medspil',
    versions: [
      { version: 3, publishedAt: '2020-01-01T00:00:00.000Z' },
      { version: 7, publishedAt: '2021-01-01T00:00:00.000Z' },
    ],
  }),
);

async function canonicalOfJsonLd(document: object): Promise<string> {
  return jsonld.canonize(
    document as jsonld.JsonLdDocument,
    {
      algorithm: 'RDFC-1.0',
      format: 'application/n-quads',
      // A term without a meaning is an error and not left out.
      safe: true,
    } as object,
  );
}

async function canonicalOfTurtle(turtle: string): Promise<string> {
  const lines = new n3.Writer({ format: 'N-Quads' }).quadsToString(new n3.Parser({ format: 'Turtle' }).parse(turtle));
  return jsonld.canonize(
    lines as never,
    {
      algorithm: 'RDFC-1.0',
      inputFormat: 'application/n-quads',
      format: 'application/n-quads',
    } as object,
  );
}

describe('linked data of a record', () => {
  it('[LINKED-DATA-ONE-GRAPH] is one graph, as JSON-LD and as Turtle', async () => {
    await fc.assert(
      fc.asyncProperty(randomRecordDocument, publication, async (document, about) => {
        const read = await canonicalOfJsonLd({ '@context': CONTEXT, ...recordJsonLd(document, BASE, about) });
        expect(await canonicalOfTurtle(turtlePrefixes(BASE) + recordTurtle(document, BASE, about))).toBe(read);
      }),
      randomRuns(100),
    );
  });

  it('is another graph by a context that reads one of its words otherwise', async () => {
    const [document] = fc.sample(
      randomRecordDocument.filter(({ title }) => title.length > 1),
      { numRuns: 1, seed: 3 },
    );
    const turtle = await canonicalOfTurtle(turtlePrefixes(BASE) + recordTurtle(document!, BASE));
    const node = recordJsonLd(document!, BASE);
    expect(await canonicalOfJsonLd({ '@context': CONTEXT, ...node })).toBe(turtle);
    for (const wrong of [{ '@id': 'schema:headline', '@container': '@language' }, 'schema:name']) {
      const read = canonicalOfJsonLd({ '@context': { ...CONTEXT, name: wrong }, ...node });
      expect(await read.catch(String)).not.toBe(turtle);
    }
  });

  it('has no node without an IRI, and no triple twice', () => {
    fc.assert(
      fc.property(randomRecordDocument, (document) => {
        const quads = quadsOf(recordJsonLd(document, BASE), BASE);
        expect(quads.filter(({ object }) => object.termType === 'BlankNode')).toEqual([]);
        const lines = quads.map((quad) => JSON.stringify(quad.toJSON()));
        expect(lines.filter((line, place) => lines.indexOf(line) !== place)).toEqual([]);
      }),
      randomRuns(100),
    );
  });

  it('is one graph for the vocabulary, too, and for what was taken back', async () => {
    const nodes = [
      ...vocabularyNodes(BASE),
      tombstoneNode({
        id: '01890000-0000-7000-8000-000000000000',
        recordKind: RecordKind.LESSON,
        url: `${BASE}/records/gone`,
        retractedAt: '2026-01-01T00:00:00.000Z',
      }),
    ];
    const read = await canonicalOfJsonLd({ '@context': CONTEXT, '@graph': nodes });
    const turtle = nodes.map((node) => turtleOf(quadsOf(node, BASE), BASE)).join('');
    expect(await canonicalOfTurtle(turtlePrefixes(BASE) + turtle)).toBe(read);
  });

  it('has no term of its own that the vocabulary does not explain, and explains none that is not used', () => {
    const own = (terms: readonly string[]) => terms.filter((id) => id.startsWith('medspil:')).sort();
    const explained = (terms: object) => Object.keys(terms).map((name) => `medspil:${name}`);
    const properties = own(Object.values(PROPERTIES).map(({ id }) => id));
    expect(explained(OWN_PROPERTIES).sort()).toEqual([...new Set(properties)]);
    expect(explained(OWN_CLASSES).sort()).toEqual(own(Object.values(TYPES)));
  });

  it('has a name in both languages for each value of the enums', () => {
    const enums = {
      provenance: Provenance,
      documentation: Documentation,
      kind: CaseStudyKind,
      scope: Scope,
      state: CaseStudyState,
      role: PartyRole,
      contribution: ContributionKind,
      topic: RuleTopic,
      group: StakeholderGroup,
      phase: Phase,
      outcome: Outcome,
      stance: EvidenceStance,
      relation: LinkRelation,
      sector: Sector,
    };
    const values = Object.fromEntries(Object.entries(CONCEPTS).map(([of, { values }]) => [of, Object.keys(values)]));
    expect(values).toEqual(Object.fromEntries(Object.entries(enums).map(([of, each]) => [of, Object.values(each)])));
  });

  it('loses no word that it has no term for', () => {
    const node = { '@id': `${BASE}/records/x`, invented: 'text' };
    expect(() => quadsOf(node, BASE)).toThrow('There is no term "invented".');
  });
});
