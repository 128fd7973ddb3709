/** The format `practices`: good practices of European museums and heritage sites, as the ReInHerit Digital Hub has them. */
import { Language } from '../common/language.js';
import { TITLE_LENGTH } from '../common/input.js';
import { slugify } from '../common/text.js';
import { CaseStudyKind, Scope } from '../modules/case-studies/case-study.entity.js';
import { BenefitInput, type PartyInput } from '../modules/case-studies/case-study.input.js';
import { ContributionKind, PartyRole } from '../modules/case-studies/partnership.entity.js';
import type { CreatePartnerInput } from '../modules/directory/partner.input.js';
import { Phase } from '../modules/experiences/experience.entity.js';
import { StakeholderGroup, type Theme } from '../modules/framework/framework.entity.js';
import { Outcome } from '../modules/records/outcome.js';
import { cutAtWord, firstSentence } from './excerpt.js';
import type { ImportedRow, ImportFormat, ReadingScope } from './format.js';
import { countriesIn, countryOf, organisationName, sectorOf } from './heritage-organisations.js';
import {
  caseStudyInput,
  type CommonContent,
  contributionInput,
  experienceInput,
  lessonInput,
  partnerInput,
  partyInput,
  sourceInput,
} from './inputs.js';
import type { RowFields } from './row-fields.js';

const HUB = 'ReInHerit Digital Hub (EU Horizon 2020, grant no. 101004545)';
const HUB_URL = 'https://reinherit-hub.eu/';
/** From this length on the first sentence of a text on transferability says enough to be a lesson's title. */
const SHORTEST_STATEMENT = 30;

const THEMES = new Map<string, Theme | null>([
  [
    'Management',
    { slug: 'heritage-management', danishLabel: 'Ledelse af kulturarv', englishLabel: 'Heritage management' },
  ],
  [
    'Technology',
    { slug: 'heritage-technology', danishLabel: 'Teknologi i kulturarven', englishLabel: 'Heritage technology' },
  ],
  ['Tourism', { slug: 'cultural-tourism', danishLabel: 'Kulturturisme', englishLabel: 'Cultural tourism' }],
  ['Other', null],
]);

export const practices: ImportFormat = {
  name: 'practices',
  themes: [...THEMES.values()].filter((theme) => theme !== null),
  reader: (_rows, scope) => (fields) => readPractice(fields, scope),
};

function readPractice(fields: RowFields, { organisationId }: ReadingScope): ImportedRow {
  const id = fields.text('id', { required: true });
  const title = fields.text('title', { required: true });
  const summary = fields.text('summary', { required: true });
  const location = told(fields, 'location');
  const { parties, partners } = readParties(fields, location);
  const resources = told(fields, 'resourcesNeeded');
  // The text speaks of the practice as a whole, which the organisation named first runs.
  if (resources !== '') parties[0]?.contributions.push(contributionInput(ContributionKind.OTHER, resources));
  const theme = fields.text('theme') === '' ? null : fields.choice('theme', THEMES);
  const content: CommonContent = {
    slug: `practice-${slugify(id)}`,
    language: Language.EN,
    organisationId,
    themes: theme === null ? [] : [theme.slug],
    sources: [sourceInput({ ...attribution(fields), title, page: id, url: HUB_URL })],
  };
  const evidence = told(fields, 'evidenceOfSuccess');
  const caseStudy = caseStudyInput(content, {
    title,
    kind: CaseStudyKind.PROJECT,
    // By where it happened: that a network with its seat abroad told of it makes no practice international.
    scope: countriesIn(location).length > 1 ? Scope.INTERNATIONAL : Scope.NATIONAL,
    // The list's own `status` and `date` are those of the article, and its time frame is free text.
    state: null,
    summary,
    description: [fields.text('body'), remainder(fields)].filter(Boolean).join('\n\n'),
    municipalityCode: null,
    startedOn: null,
    endedOn: null,
    parties,
    benefits: evidence === '' ? [] : [benefit(fields, evidence)],
    funding: [],
  });
  const challenges = told(fields, 'challenges');
  const experience =
    challenges === ''
      ? null
      : experienceInput(content, {
          title: cutAtWord(`Challenges: ${title}`, TITLE_LENGTH),
          challenges,
          phase: Phase.RUNNING,
          // The hub lists it for its success; without any evidence of that it is left at both.
          outcome: evidence === '' ? Outcome.MIXED : Outcome.SUCCESS,
        });
  const transferability = told(fields, 'transferability');
  const lesson =
    transferability === ''
      ? null
      : lessonInput(content, { title: statement(transferability, title), advice: transferability });
  return { id, caseStudy, partners, experience, lesson };
}

function readParties(fields: RowFields, location: string): { parties: PartyInput[]; partners: CreatePartnerInput[] } {
  const parties: PartyInput[] = [];
  const partners: CreatePartnerInput[] = [];
  for (const [field, role] of [
    ['organisation', PartyRole.LEAD],
    ['partner', PartyRole.PARTNER],
  ] as const) {
    const line = fields.text(field, { required: field === 'organisation' });
    if (line === '') continue;
    const country = countryOf(line, location);
    if (country === null) {
      fields.refuse(field, 'is at home in a country that neither its name nor `location` tells: add it to `location`.');
      continue;
    }
    const name = organisationName(line);
    const partner = partnerInput({ name, sector: sectorOf(name), country });
    fields.accept(partner, field);
    partners.push(partner);
    parties.push(partyInput(role));
  }
  return { parties, partners };
}

/** Its text, or nothing where the list says that there is nothing to tell. */
function told(fields: RowFields, name: string): string {
  const text = fields.text(name);
  return /^(n\/?a|none|-+)\.?$/i.test(text) ? '' : text;
}

/** CC BY asks for the author, the licence, and a word on what was changed. */
function attribution(fields: RowFields): { publisher: string; year: number | null } {
  const licence = fields.text('licence', { required: true });
  const year = /^\d{4}(?=-)/.exec(fields.text('date'))?.[0];
  return {
    publisher: `${HUB}; ${licence}; divided into this platform’s fields, otherwise unchanged`,
    year: year === undefined ? null : Number(year),
  };
}

function benefit(fields: RowFields, description: string): BenefitInput {
  // Professionals are colleagues in museums and authorities: to a library, public partners.
  const group = fields.texts('targetAudience').includes('VISITOR')
    ? StakeholderGroup.USERS
    : StakeholderGroup.PUBLIC_PARTNERS;
  return Object.assign(new BenefitInput(), { group, description });
}

/** What a case has no field for is kept at the end of its description, under its name in the list. */
function remainder(fields: RowFields): string {
  const entries: [string, string][] = [
    ['Category', told(fields, 'category')],
    ['Location', told(fields, 'location')],
    ['Time frame', told(fields, 'timeframe')],
    ['Keywords', fields.texts('keywords').join(', ')],
    ['Further information', told(fields, 'furtherInfo')],
    [
      'Links',
      fields
        .texts('urls')
        .filter((url) => /^https?:\/\/[^\s<>]+$/.test(url))
        .map((url) => `<${url}>`)
        .join(', '),
    ],
  ];
  const lines = entries
    .filter(([, text]) => text !== '')
    .map(([name, text]) => `- ${name}: ${text.replace(/\s+/g, ' ')}`);
  return lines.length === 0 ? '' : `---\n\n${lines.join('\n')}`;
}

function statement(transferability: string, title: string): string {
  const first = firstSentence(transferability, 'en').replace(/\s+/g, ' ');
  return cutAtWord(first.length >= SHORTEST_STATEMENT ? first : `Can be taken over: ${title}`, TITLE_LENGTH);
}
