/** Builds the inputs of imported records whole: every field is there, so that what was imported before compares with it. */
import type { Language } from '../common/language.js';
import {
  type BenefitInput,
  ContributionInput,
  CreateCaseStudyInput,
  FundingInput,
  PartyInput,
} from '../modules/case-studies/case-study.input.js';
import { ContributionKind, type PartyRole } from '../modules/case-studies/partnership.entity.js';
import { CreatePartnerInput } from '../modules/directory/partner.input.js';
import { CreateExperienceInput } from '../modules/experiences/experience.input.js';
import { CreateLessonInput } from '../modules/lessons/lesson.input.js';
import { SourceInput } from '../modules/records/record.input.js';
import { Documentation, Provenance } from '../modules/records/record.entity.js';
import { UNKNOWN_ID } from './format.js';

/** What all records of one row share. */
export interface CommonContent {
  slug: string;
  language: Language;
  organisationId: string;
  themes: string[];
  sources: SourceInput[];
}

function common({ slug, language, organisationId, themes, sources }: CommonContent) {
  return {
    slug,
    language,
    organisationId,
    themes: [...themes].sort(),
    sources,
    recommendations: [],
    provenance: Provenance.IMPORTED,
    // No source of imports has rules of play or the answers to all five questions.
    documentation: Documentation.INCOMPLETE,
  };
}

type CaseStudyFields = Required<
  Pick<
    CreateCaseStudyInput,
    'title' | 'kind' | 'scope' | 'state' | 'summary' | 'description' | 'municipalityCode' | 'startedOn' | 'endedOn'
  >
> & { parties: PartyInput[]; benefits: BenefitInput[]; funding: FundingInput[] };

export function caseStudyInput(content: CommonContent, fields: CaseStudyFields): CreateCaseStudyInput {
  return Object.assign(new CreateCaseStudyInput(), common(content), { rulesOfPlay: [], rationales: [], ...fields });
}

export function experienceInput(
  content: CommonContent,
  fields: Pick<CreateExperienceInput, 'title' | 'challenges' | 'phase' | 'outcome'>,
): CreateExperienceInput {
  return Object.assign(new CreateExperienceInput(), common(content), {
    caseStudyId: UNKNOWN_ID,
    purpose: '',
    experienced: '',
    barriers: '',
    gain: '',
    startedOn: null,
    endedOn: null,
    ...fields,
  });
}

export function lessonInput(
  content: CommonContent,
  fields: Pick<CreateLessonInput, 'title' | 'advice'>,
): CreateLessonInput {
  return Object.assign(new CreateLessonInput(), common(content), { context: '', cause: '', avoid: '', ...fields });
}

export function partyInput(role: PartyRole, contributions: ContributionInput[] = []): PartyInput {
  return Object.assign(new PartyInput(), { organisationId: UNKNOWN_ID, role, contributions });
}

export function moneyInput(description: string, amount: number, currency: string): ContributionInput {
  return Object.assign(new ContributionInput(), { kind: ContributionKind.MONEY, description, amount, currency });
}

export function contributionInput(kind: ContributionKind, description: string): ContributionInput {
  return Object.assign(new ContributionInput(), { kind, description, amount: null, currency: null });
}

export function fundingInput(pool: string, amount: number, currency: string): FundingInput {
  return Object.assign(new FundingInput(), { pool, amount, currency, year: null });
}

export function sourceInput(
  fields: Pick<SourceInput, 'title'> & Partial<Pick<SourceInput, 'publisher' | 'year' | 'url' | 'page'>>,
): SourceInput {
  return Object.assign(new SourceInput(), { publisher: null, year: null, url: null, page: null, ...fields });
}

export function partnerInput(
  fields: Pick<CreatePartnerInput, 'name' | 'sector' | 'country'> &
    Partial<Pick<CreatePartnerInput, 'cvr' | 'municipalityCode'>>,
): CreatePartnerInput {
  return Object.assign(new CreatePartnerInput(), fields);
}
