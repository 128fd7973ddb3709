/** The tables of what one kind of record alone has. */
import { RecordKind } from '../records/record.entity.js';
import {
  dateTime,
  integer,
  numbered,
  optionalDate,
  optionalDecimal,
  optionalInteger,
  optionalText,
  ORDINAL,
  several,
  type Table,
  table,
  text,
  toOrganisation,
  toRecord,
} from './table.js';

const ID = text('id', 'Its id, as in the table of records.');
const CASE = text('caseStudyId', 'The case.');
const PERIOD = [
  optionalDate('startedOn', 'The first day, if known.'),
  optionalDate('endedOn', 'The last day, if known.'),
];

const CASE_STUDIES = table(
  {
    name: 'case-studies',
    description: 'What records have that tell of a partnership.',
    columns: [
      ID,
      text('summary', 'The case in a few sentences.'),
      optionalText('description', 'The whole story, as Markdown.'),
      text('kind', 'PROJECT, SERVICE, EVENT, HYBRID_CULTURE_ARENA, NETWORK, PROGRAMME or OTHER.'),
      text('scope', 'How far it reaches: LOCAL, REGIONAL, NATIONAL or INTERNATIONAL.'),
      optionalText('state', 'How far it has come: PLANNED, ACTIVE, COMPLETED or ENDED_EARLY.'),
      optionalText('municipalityCode', 'The four digits of the municipality where it is.'),
      optionalText('municipality', 'The name of that.'),
      optionalText('regionCode', 'The four digits of the region of that.'),
      optionalText('region', 'The name of that.'),
      ...PERIOD,
      several('integer', 'rationales', 'Numbers of the reasons for partnerships that it shows.'),
    ],
    primaryKey: ['id'],
    references: [toRecord('id')],
  },
  RecordKind.CASE_STUDY,
  (document) => {
    const { municipality } = document;
    return [
      {
        ...document,
        municipalityCode: municipality?.code,
        municipality: municipality?.name,
        regionCode: municipality?.region.code,
        region: municipality?.region.name,
      },
    ];
  },
);

const EXPERIENCES = table(
  {
    name: 'experiences',
    description: 'What records have that tell what somebody lived through in a case.',
    columns: [
      ID,
      optionalText('caseStudyId', 'The case; empty while that is not published.'),
      optionalText('purpose', 'What was the purpose? Markdown.'),
      optionalText('experienced', 'What was experienced? Markdown.'),
      optionalText('challenges', 'What were the biggest challenges? Markdown.'),
      optionalText('barriers', 'Which barriers were there in the organisations? Markdown.'),
      optionalText('gain', 'What was gained? Markdown.'),
      optionalText('phase', 'EXPLORING, AGREEING, RUNNING, EVALUATING, CONTINUING or ENDING.'),
      optionalText('outcome', 'How it went: SUCCESS, MIXED or FAILURE.'),
      ...PERIOD,
    ],
    primaryKey: ['id'],
    references: [toRecord('id')],
  },
  RecordKind.EXPERIENCE,
  (document) => [{ ...document, caseStudyId: document.caseStudy?.id }],
);

const LESSONS = table(
  {
    name: 'lessons',
    description: 'What records have that tell what can be learned; the statement itself is the title.',
    columns: [
      ID,
      optionalText('context', 'Where and when it holds. Markdown.'),
      optionalText('cause', 'Why it is so. Markdown.'),
      text('advice', 'What to do. Markdown.'),
      optionalText('avoid', 'What not to do. Markdown.'),
    ],
    primaryKey: ['id'],
    references: [toRecord('id')],
  },
  RecordKind.LESSON,
  (document) => [{ ...document }],
);

const PARTIES = table(
  {
    name: 'parties',
    description: 'Who takes part in a partnership.',
    columns: [
      CASE,
      ORDINAL,
      text('organisationId', 'The organisation.'),
      text('role', 'LEAD, PARTNER, FUNDER or OTHER.'),
    ],
    primaryKey: ['caseStudyId', 'ordinal'],
    references: [toRecord('caseStudyId'), toOrganisation('organisationId')],
  },
  RecordKind.CASE_STUDY,
  ({ id, parties }) =>
    numbered(parties).map((party) => ({ ...party, caseStudyId: id, organisationId: party.organisation.id })),
);

const CONTRIBUTIONS = table(
  {
    name: 'contributions',
    description: 'What the parties bring in.',
    columns: [
      CASE,
      integer('party', "The party's `ordinal`."),
      ORDINAL,
      text('kind', 'STAFF, EXPERTISE, MONEY, VENUE, CONTENT, TECHNOLOGY, NETWORK, AUDIENCE or OTHER.'),
      text('description', 'What it is.'),
      optionalDecimal('amount', 'How much money.'),
      optionalText('currency', 'Three letters of ISO 4217.'),
    ],
    primaryKey: ['caseStudyId', 'party', 'ordinal'],
    references: [
      toRecord('caseStudyId'),
      { columns: ['caseStudyId', 'party'], table: 'parties', tableColumns: ['caseStudyId', 'ordinal'] },
    ],
  },
  RecordKind.CASE_STUDY,
  ({ id, parties }) =>
    numbered(parties).flatMap(({ ordinal, contributions }) =>
      numbered(contributions).map((contribution) => ({ ...contribution, caseStudyId: id, party: ordinal })),
    ),
);

const RULES_OF_PLAY = table(
  {
    name: 'rules-of-play',
    description: 'What the parties agreed on.',
    columns: [
      CASE,
      ORDINAL,
      text('topic', 'GOALS, ROLES, DECISIONS, ECONOMY, RIGHTS, COMMUNICATION, EVALUATION, EXIT or OTHER.'),
      text('text', 'The rule.'),
    ],
    primaryKey: ['caseStudyId', 'ordinal'],
    references: [toRecord('caseStudyId')],
  },
  RecordKind.CASE_STUDY,
  ({ id, rulesOfPlay }) => numbered(rulesOfPlay).map((rule) => ({ ...rule, caseStudyId: id })),
);

const BENEFITS = table(
  {
    name: 'benefits',
    description: 'Who gains what.',
    columns: [
      CASE,
      ORDINAL,
      text('group', 'USERS, LIBRARIES, BUSINESS, PUBLIC_PARTNERS or CIVIL_SOCIETY.'),
      text('description', 'What it gains.'),
    ],
    primaryKey: ['caseStudyId', 'ordinal'],
    references: [toRecord('caseStudyId')],
  },
  RecordKind.CASE_STUDY,
  ({ id, benefits }) => numbered(benefits).map((benefit) => ({ ...benefit, caseStudyId: id })),
);

const FUNDING = table(
  {
    name: 'funding',
    description: 'Money from outside.',
    columns: [
      CASE,
      ORDINAL,
      text('pool', 'Where it comes from.'),
      optionalDecimal('amount', 'How much.'),
      optionalText('currency', 'Three letters of ISO 4217.'),
      optionalInteger('year', 'In which year.'),
    ],
    primaryKey: ['caseStudyId', 'ordinal'],
    references: [toRecord('caseStudyId')],
  },
  RecordKind.CASE_STUDY,
  ({ id, funding }) => numbered(funding).map((grant) => ({ ...grant, caseStudyId: id })),
);

const EVIDENCE = table(
  {
    name: 'evidence',
    description: 'What experiences say about lessons.',
    columns: [
      text('lessonId', 'The lesson.'),
      text('experienceId', 'The experience.'),
      text('stance', 'SUPPORTS or CONTRADICTS.'),
      optionalText('note', 'In what way.'),
      dateTime('createdAt', 'When it was added.'),
    ],
    primaryKey: ['lessonId', 'experienceId'],
    references: [toRecord('lessonId')],
  },
  RecordKind.LESSON,
  ({ id, evidence }) => evidence.map((piece) => ({ ...piece, lessonId: id, experienceId: piece.experience.id })),
);

export const KIND_TABLES: readonly Table[] = [
  CASE_STUDIES,
  PARTIES,
  CONTRIBUTIONS,
  RULES_OF_PLAY,
  BENEFITS,
  FUNDING,
  EXPERIENCES,
  LESSONS,
  EVIDENCE,
];
