/** Documents of records with odd texts, of every kind and with everything there or missing. */
import fc from 'fast-check';
import type {
  AdoptionDocument,
  LinkDocument,
  OrganisationReference,
  RecordDocument,
  RecordReference,
  SourceDocument,
} from '../../src/modules/documents/record-document.js';

export const BASE = 'https://medspil.example.org';

const ODD_TEXTS = [
  'Ærø, Østerbro og Århus',
  '</script><script>alert(1)</script>',
  '"quoted" \\ back\\slash {braces} $5 & 100% #1 _under_ ~tilde ^hat',
  'two\nlines\r\nand\ttabs',
  '\u2028line\u2029separators',
  '\u0001control\u001f',
  'emoji 🎭 and 한국어',
  "l'été – “quotes”",
  '@article{x, title = {y}}',
  'TY  - JOUR',
  ' spaces at both ends ',
];

// As PostgreSQL has them: no NUL, no half of a surrogate pair.
const text = fc.oneof(
  fc.constantFrom(...ODD_TEXTS),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }).map((value) => value.replaceAll('\0', '') || 'x'),
);
const answer = fc.oneof(text, fc.constant(''));
const nullable = <Value>(value: fc.Arbitrary<Value>) => fc.option(value, { nil: null });
const uuid = fc.uuid({ version: 7 });
const time = fc
  .date({ min: new Date('2001-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString());
const day = time.map((value) => value.slice(0, 10));
const slug = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,2}$/);
const webAddress = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc.constantFrom('https://example.org/a b?q={x}|"y"<z>^`\\#[f]', 'http://æøå.dk/sti/ø', 'https://example.org/%7B'),
);
const amount = fc.integer({ min: 0, max: 99_999_999_999_999 }).map((cents) => cents / 100);
const money = nullable(amount).chain((value) =>
  fc.record({
    amount: fc.constant(value),
    currency: value === null ? fc.constant(null) : fc.constantFrom('DKK', 'EUR'),
  }),
);

const anyOrganisation = {
  id: uuid,
  name: text,
  country: fc.constantFrom('DK', 'SE'),
  municipalityCode: nullable(fc.constantFrom('0101', '0851')),
  url: nullable(webAddress),
};
const library = fc.record({
  ...anyOrganisation,
  kind: fc.constant('LIBRARY'),
  isil: fc.constant('DK-710100'),
  agencyId: nullable(fc.constant('710100')),
  sector: fc.constant(null),
  cvr: fc.constant(null),
  wikidataId: fc.constant(null),
});
const partner = fc.record({
  ...anyOrganisation,
  kind: fc.constant('PARTNER'),
  isil: fc.constant(null),
  agencyId: fc.constant(null),
  sector: fc.constantFrom('PUBLIC', 'PRIVATE', 'CIVIL_SOCIETY'),
  cvr: nullable(fc.constant('12345678')),
  wikidataId: nullable(fc.constant('Q42')),
});
const organisation = fc.oneof(library, partner) as fc.Arbitrary<OrganisationReference>;

const referenceTo = (...kinds: string[]): fc.Arbitrary<RecordReference> =>
  fc
    .record({ id: uuid, recordKind: fc.constantFrom(...kinds), slug, title: text })
    .map(
      ({ slug, ...value }) =>
        ({ ...value, slug: `other-${slug}`, url: `${BASE}/records/other-${slug}` }) as RecordReference,
    );

const source: fc.Arbitrary<SourceDocument> = fc.record({
  title: text,
  publisher: nullable(text),
  year: nullable(fc.integer({ min: 1400, max: 2200 })),
  url: nullable(webAddress),
  page: nullable(text),
});

const adoption: fc.Arbitrary<AdoptionDocument> = fc.record({
  id: uuid,
  organisation,
  taken: text,
  adaptation: nullable(text),
  outcome: nullable(fc.constantFrom('SUCCESS', 'MIXED', 'FAILURE')) as fc.Arbitrary<AdoptionDocument['outcome']>,
  result: nullable(text),
  adoptedOn: nullable(day),
  createdAt: time,
});

const few = <Value>(value: fc.Arbitrary<Value>) => fc.array(value, { maxLength: 3 });
const numbers = (max: number) => fc.uniqueArray(fc.integer({ min: 1, max }), { maxLength: 3 });

const common = {
  id: uuid,
  slug,
  title: text,
  language: fc.constantFrom('DA', 'EN'),
  provenance: fc.constantFrom('DOCUMENTED', 'REPORTED', 'IMPORTED', 'ILLUSTRATIVE'),
  documentation: fc.constantFrom('COMPLETE', 'INCOMPLETE'),
  version: fc.integer({ min: 1, max: 1_000_000 }),
  times: fc.tuple(time, time),
  organisation,
  recommendations: numbers(10),
  themes: fc.uniqueArray(slug, { maxLength: 3 }),
  sources: few(source),
  adoptions: few(adoption),
};

const period = { days: fc.tuple(nullable(day), nullable(day)) };

/** The earlier first, where both are known. */
function inOrder<Moment extends string | null>([one, other]: readonly [Moment, Moment]): readonly [Moment, Moment] {
  return one !== null && other !== null && one > other ? [other, one] : [one, other];
}

const caseStudy = fc.record({
  ...common,
  recordKind: fc.constant('CASE_STUDY'),
  summary: text,
  description: nullable(answer),
  kind: fc.constantFrom('PROJECT', 'HYBRID_CULTURE_ARENA'),
  scope: fc.constantFrom('LOCAL', 'INTERNATIONAL'),
  state: nullable(fc.constantFrom('PLANNED', 'ENDED_EARLY')),
  municipality: nullable(
    fc.constant({ code: '0101', name: 'København', region: { code: '1084', name: 'Hovedstaden' } }),
  ),
  ...period,
  rationales: numbers(3),
  parties: fc.uniqueArray(
    fc.record({
      organisation,
      role: fc.constantFrom('LEAD', 'PARTNER'),
      contributions: few(
        fc
          .tuple(fc.record({ kind: fc.constantFrom('STAFF', 'MONEY'), description: text }), money)
          .map(([what, howMuch]) => ({ ...what, ...howMuch })),
      ),
    }),
    { maxLength: 3, selector: ({ organisation }) => organisation.id },
  ),
  rulesOfPlay: few(fc.record({ topic: fc.constantFrom('GOALS', 'EXIT'), text })),
  benefits: few(fc.record({ group: fc.constantFrom('USERS', 'BUSINESS'), description: text })),
  funding: few(
    fc
      .tuple(fc.record({ pool: text, year: nullable(fc.integer({ min: 1800, max: 2200 })) }), money)
      .map(([what, howMuch]) => ({ ...what, ...howMuch })),
  ),
});

const experience = fc.record({
  ...common,
  recordKind: fc.constant('EXPERIENCE'),
  caseStudy: nullable(referenceTo('CASE_STUDY')),
  purpose: nullable(answer),
  experienced: nullable(answer),
  challenges: nullable(answer),
  barriers: nullable(answer),
  gain: nullable(answer),
  phase: nullable(fc.constantFrom('EXPLORING', 'ENDING')),
  outcome: nullable(fc.constantFrom('SUCCESS', 'FAILURE')),
  ...period,
});

const lesson = fc.record({
  ...common,
  recordKind: fc.constant('LESSON'),
  context: nullable(answer),
  cause: nullable(answer),
  advice: answer,
  avoid: nullable(answer),
  evidence: fc.uniqueArray(
    fc.record({
      experience: referenceTo('EXPERIENCE'),
      stance: fc.constantFrom('SUPPORTS', 'CONTRADICTS'),
      note: nullable(text),
      createdAt: time,
    }),
    { maxLength: 3, selector: ({ experience }) => experience.slug },
  ),
});

const linkEnd = fc.record({
  id: uuid,
  relation: fc.constantFrom(
    'INSPIRED_BY',
    'CONTINUES',
    'REPLICATES',
    'CONFIRMS',
    'CONTRADICTS',
    'SUPERSEDES',
    'RELATED',
  ),
  other: referenceTo('CASE_STUDY', 'EXPERIENCE', 'LESSON'),
  startsHere: fc.boolean(),
  note: nullable(text),
  createdAt: time,
});

/** A document as the database gives it. */
export const randomRecordDocument: fc.Arbitrary<RecordDocument> = fc
  .tuple(fc.oneof(caseStudy, experience, lesson), few(linkEnd))
  .map(([{ times, ...rest }, ends]) => {
    const [publishedAt, updatedAt] = inOrder(times);
    const { days = [null, null], ...document } = { days: undefined, ...rest };
    const [startedOn, endedOn] = inOrder<string | null>(days);
    const dates = document.recordKind === 'LESSON' ? {} : { startedOn, endedOn };
    const url = `${BASE}/records/${document.slug}`;
    const { id, recordKind, slug: own, title } = document;
    const self = { id, recordKind, slug: own, title, url };
    const links = ends.map(({ other, startsHere, ...link }) => ({
      ...link,
      from: startsHere ? self : other,
      to: startsHere ? other : self,
    })) as LinkDocument[];
    return { ...document, publishedAt, updatedAt, ...dates, url, links } as unknown as RecordDocument;
  });
