/** What the pages of records say by themselves, in the language of the record. */
import type { LinkRole } from '../records/link.entity.js';
import type { RecordKind } from '../records/record.entity.js';
import type { PageLanguage } from './html.js';

export interface PageWording {
  readonly kinds: Readonly<Record<RecordKind, string>>;
  readonly illustration: string;
  readonly incomplete: string;
  readonly published: string;
  readonly changed: string;
  readonly version: string;
  readonly period: string;
  readonly municipality: string;
  readonly region: string;
  readonly caseStudy: string;
  readonly story: string;
  readonly parties: string;
  readonly rules: string;
  readonly benefits: string;
  readonly funding: string;
  readonly answers: Readonly<Record<'purpose' | 'experienced' | 'challenges' | 'barriers' | 'gain', string>>;
  readonly lesson: Readonly<Record<'advice' | 'context' | 'cause' | 'avoid', string>>;
  readonly supporting: string;
  readonly contradicting: string;
  readonly related: string;
  readonly experiences: string;
  readonly lessons: string;
  readonly adoptions: string;
  readonly adapted: string;
  readonly themes: string;
  readonly recommendations: string;
  readonly sources: string;
  readonly noSources: string;
  readonly cite: string;
  readonly formats: string;
  readonly history: string;
  readonly licence: string;
  readonly inverse: Readonly<Partial<Record<LinkRole, string>>>;
}

export const PAGE_WORDING: Readonly<Record<PageLanguage, PageWording>> = {
  da: {
    kinds: { CASE_STUDY: 'Case', EXPERIENCE: 'Erfaring', LESSON: 'Læring' },
    illustration: 'En illustration, opdigtet for at vise, hvordan platformen virker.',
    incomplete: 'Dele af historien er ikke kendt eller ikke dokumenteret. Det, der mangler, står åbent.',
    published: 'Udgivet',
    changed: 'ændret',
    version: 'version',
    period: 'Tid',
    municipality: 'Kommune',
    region: 'Region',
    caseStudy: 'Case',
    story: 'Historien',
    parties: 'Parterne, og hvad de bidrager med',
    rules: 'Spilleregler',
    benefits: 'Udbytte',
    funding: 'Støtte',
    answers: {
      purpose: 'Hvad var formålet?',
      experienced: 'Hvad oplevede I?',
      challenges: 'Hvad var de største udfordringer?',
      barriers: 'Hvilke organisatoriske barrierer var der?',
      gain: 'Hvad kom der konkret ud af det?',
    },
    lesson: { advice: 'Gør sådan', context: 'Hvor det gælder', cause: 'Hvorfor', avoid: 'Undgå' },
    supporting: 'Erfaringer, der støtter det',
    contradicting: 'Erfaringer, der modsiger det',
    related: 'Hænger sammen med',
    experiences: 'Erfaringer fra casen',
    lessons: 'Læring, der bygger på erfaringen',
    adoptions: 'Brugt af andre',
    adapted: 'Tilpasset',
    themes: 'Temaer',
    recommendations: 'Anbefalinger, som det angår',
    sources: 'Kilder',
    noSources: 'Der er ikke angivet kilder.',
    cite: 'Henvis til siden',
    formats: 'Samme indhold for programmer',
    history: 'Udgivne versioner',
    licence: 'Må bruges efter licensen',
    inverse: {
      INSPIRED: 'Inspirerede',
      CONTINUED_BY: 'Fortsat af',
      REPLICATED_BY: 'Gentaget af',
      CONFIRMED_BY: 'Bekræftet af',
      CONTRADICTED_BY: 'Modsagt af',
      SUPERSEDED_BY: 'Afløst af',
    },
  },
  en: {
    kinds: { CASE_STUDY: 'Case study', EXPERIENCE: 'Experience', LESSON: 'Lesson' },
    illustration: 'An illustration, invented to show how the platform works.',
    incomplete: 'Parts of the story are not known or not documented. What is missing is left open.',
    published: 'Published',
    changed: 'changed',
    version: 'version',
    period: 'Time',
    municipality: 'Municipality',
    region: 'Region',
    caseStudy: 'Case study',
    story: 'The story',
    parties: 'The parties and what they bring',
    rules: 'Rules of play',
    benefits: 'Benefits',
    funding: 'Funding',
    answers: {
      purpose: 'What was the purpose?',
      experienced: 'What did you experience?',
      challenges: 'What were the biggest challenges?',
      barriers: 'Which organisational barriers were there?',
      gain: 'What was concretely gained?',
    },
    lesson: { advice: 'What to do', context: 'Where it holds', cause: 'Why', avoid: 'What to avoid' },
    supporting: 'Experiences that support it',
    contradicting: 'Experiences that contradict it',
    related: 'Related records',
    experiences: 'Experiences of the case',
    lessons: 'Lessons that rest on it',
    adoptions: 'Used by others',
    adapted: 'Adapted',
    themes: 'Themes',
    recommendations: 'Recommendations that it bears on',
    sources: 'Sources',
    noSources: 'No sources are given.',
    cite: 'Cite this page',
    formats: 'The same for programs',
    history: 'Published versions',
    licence: 'May be used under the licence',
    inverse: {
      INSPIRED: 'Inspired',
      CONTINUED_BY: 'Continued by',
      REPLICATED_BY: 'Replicated by',
      CONFIRMED_BY: 'Confirmed by',
      CONTRADICTED_BY: 'Contradicted by',
      SUPERSEDED_BY: 'Superseded by',
    },
  },
};
