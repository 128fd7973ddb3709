/** What a format of import files is: how its rows become records. */
import type { CreateCaseStudyInput } from '../modules/case-studies/case-study.input.js';
import type { CreatePartnerInput } from '../modules/directory/partner.input.js';
import type { CreateExperienceInput } from '../modules/experiences/experience.input.js';
import type { Theme } from '../modules/framework/framework.entity.js';
import type { CreateLessonInput } from '../modules/lessons/lesson.input.js';
import type { RowFields } from './row-fields.js';

/**
 * The records that one row becomes. Ids that are not known before others are written are left out: those of the parties,
 * and that of the case which the experience belongs to.
 */
export interface ImportedRow {
  /** How the source calls the row. */
  readonly id: string;
  readonly caseStudy: CreateCaseStudyInput;
  /** The organisations of `caseStudy.parties`, in their order. */
  readonly partners: readonly CreatePartnerInput[];
  readonly experience: CreateExperienceInput | null;
  /** Rests on `experience`, where there is one. */
  readonly lesson: CreateLessonInput | null;
}

/** What a reader needs besides its rows. */
export interface ReadingScope {
  /** The id of the organisation that answers for what is imported. */
  readonly organisationId: string;
  /** YYYY-MM-DD. */
  readonly today: string;
}

export interface ImportFormat {
  /** What the command calls it, and the list in the file. */
  readonly name: string;
  /** The themes that its records may have. */
  readonly themes: readonly Theme[];
  /**
   * Looks at all rows and gives the reader of one. What is wrong in the row's fields the reader notes in them; the rules
   * of the inputs are for the caller to check.
   */
  reader(rows: readonly unknown[], scope: ReadingScope): (fields: RowFields) => ImportedRow;
}

/** The organisation's id while it is not known: passes for one when the inputs are checked, and is nobody's. */
export const UNKNOWN_ID = '00000000-0000-0000-0000-000000000000';
