/** Brings one row of an import into the knowledge base, through the services that clients use. */
import { isDeepStrictEqual } from 'node:util';
import { refuse, UserErrorCode } from '../common/errors.js';
import type { KnowledgeServices } from '../knowledge-base.js';
import { type CreateCaseStudyInput, UpdateCaseStudyInput } from '../modules/case-studies/case-study.input.js';
import { type CreateExperienceInput, UpdateExperienceInput } from '../modules/experiences/experience.input.js';
import { EvidenceStance } from '../modules/lessons/lesson.entity.js';
import { AddEvidenceInput, type CreateLessonInput, UpdateLessonInput } from '../modules/lessons/lesson.input.js';
import { RecordKind, RecordStatus } from '../modules/records/record.entity.js';
import type { Viewer } from '../platform/auth/viewer.js';
import { publishRecord } from '../seed/publish-record.js';
import type { ImportedRow } from './format.js';
import type { EarlierImport, EarlierImports } from './earlier-imports.js';

/** What became of a row. */
export type Written = 'created' | 'updated' | 'unchanged';

/** What became of a row, and what somebody should look at. */
export interface WrittenRow {
  readonly outcome: Written;
  /** How many texts were published that look as if they had personal data in them. */
  readonly warnings: number;
}

type Input = CreateCaseStudyInput | CreateExperienceInput | CreateLessonInput;

/** How one kind of record is written. */
interface Kind {
  readonly kind: RecordKind;
  create(input: Input): Promise<string>;
  /** `content` holds the fields of the create input but for the slug. */
  update(content: object): Promise<string>;
}

interface Settled {
  readonly id: string;
  readonly written: Written;
  readonly retracted: boolean;
}

export class RecordWriter {
  private readonly kinds: Readonly<Record<'caseStudy' | 'experience' | 'lesson', Kind>>;
  /** Of the row that is being written. */
  private warnings = 0;

  constructor(
    private readonly services: KnowledgeServices,
    private readonly viewer: Viewer,
  ) {
    const { caseStudies, experiences, lessons } = services;
    this.kinds = {
      caseStudy: {
        kind: RecordKind.CASE_STUDY,
        create: (input) => caseStudies.create(viewer, input as Parameters<typeof caseStudies.create>[1]),
        update: (content) =>
          caseStudies.update(
            viewer,
            Object.assign(new UpdateCaseStudyInput(), content) as Parameters<typeof caseStudies.update>[1],
          ),
      },
      experience: {
        kind: RecordKind.EXPERIENCE,
        create: (input) => experiences.create(viewer, input as Parameters<typeof experiences.create>[1]),
        update: (content) =>
          experiences.update(
            viewer,
            Object.assign(new UpdateExperienceInput(), content) as Parameters<typeof experiences.update>[1],
          ),
      },
      lesson: {
        kind: RecordKind.LESSON,
        create: (input) => lessons.create(viewer, input as Parameters<typeof lessons.create>[1]),
        update: (content) =>
          lessons.update(
            viewer,
            Object.assign(new UpdateLessonInput(), content) as Parameters<typeof lessons.update>[1],
          ),
      },
    };
  }

  /**
   * Writes and publishes what is new in a row. Cut short anywhere, it goes on from there the next time.
   *
   * @throws DomainError when the row is refused, or was changed both here and at its source
   */
  async write(row: ImportedRow, earlier: EarlierImports): Promise<WrittenRow> {
    this.warnings = 0;
    return { outcome: await this.writeRecords(row, earlier), warnings: this.warnings };
  }

  private async writeRecords(
    { caseStudy, experience, lesson }: ImportedRow,
    earlier: EarlierImports,
  ): Promise<Written> {
    const settledCase = await this.settle(this.kinds.caseStudy, caseStudy, earlier);
    // What was taken back here stays so, and gets no company.
    if (settledCase.retracted) return settledCase.written;
    const settled = [settledCase];
    let settledExperience: Settled | undefined;
    if (experience !== null) {
      experience.caseStudyId = settledCase.id;
      settledExperience = await this.settle(this.kinds.experience, experience, earlier);
      settled.push(settledExperience);
    }
    if (lesson !== null) {
      const settledLesson = await this.settle(this.kinds.lesson, lesson, earlier);
      settled.push(settledLesson);
      const rests = earlier.find(RecordKind.LESSON, lesson.slug!)?.evidence ?? [];
      if (
        settledExperience &&
        !settledExperience.retracted &&
        !settledLesson.retracted &&
        !rests.includes(settledExperience.id)
      ) {
        const evidence = {
          lessonId: settledLesson.id,
          experienceId: settledExperience.id,
          stance: EvidenceStance.SUPPORTS,
        };
        await this.services.lessons.addEvidence(this.viewer, Object.assign(new AddEvidenceInput(), evidence));
      }
    }
    if (settledCase.written === 'created') return 'created';
    return settled.every(({ written }) => written === 'unchanged') ? 'unchanged' : 'updated';
  }

  private async settle(kind: Kind, input: Input, earlier: EarlierImports): Promise<Settled> {
    const found = earlier.find(kind.kind, input.slug!);
    if (found === undefined) {
      const id = await kind.create(input);
      await this.publish({ id, status: RecordStatus.DRAFT, version: 1 });
      return { id, written: 'created', retracted: false };
    }
    const written = await this.catchUp(kind, input, found);
    return { id: found.id, written, retracted: found.status === RecordStatus.RETRACTED };
  }

  private async catchUp(kind: Kind, input: Input, found: EarlierImport): Promise<Written> {
    if (found.imported === null) {
      throw refuse(UserErrorCode.DUPLICATE, `The slug "${input.slug}" belongs to a record that was not imported.`, [
        'slug',
      ]);
    }
    const changed = !contains(found.imported, contentOf(input));
    if (found.status === RecordStatus.RETRACTED) return 'unchanged';
    if (found.editedSince) {
      if (!changed) return 'unchanged';
      throw refuse(
        UserErrorCode.VERSION_CONFLICT,
        `"${input.slug}" was edited here since it was imported, and its source has changed as well: bring the two together by hand.`,
      );
    }
    const everPublished = found.status === RecordStatus.PUBLISHED;
    let { status, version } = found.edit ?? found;
    if (changed) {
      if (status === RecordStatus.IN_REVIEW) {
        await this.publish({ id: found.id, status, version });
        version++;
      }
      await kind.update({ ...contentOf(input), id: found.id, version });
      status = RecordStatus.DRAFT;
      version++;
    }
    await this.publish({ id: found.id, status, version });
    if (!everPublished) return 'created';
    return changed || found.edit !== null ? 'updated' : 'unchanged';
  }

  private publish(record: { id: string; status: RecordStatus; version: number }): Promise<void> {
    return publishRecord(this.services.records, this.viewer, record, (warnings) => {
      this.warnings += new Set(warnings.map(({ path }) => path.join('.'))).size;
    });
  }
}

function contentOf({ slug: _slug, idempotencyKey: _key, ...content }: Input): object {
  return content;
}

/**
 * Whether what was imported before has all of this content. What it has beyond that does not count: a later release may
 * know fields that imports do not fill.
 */
function contains(imported: Readonly<Record<string, unknown>>, content: object): boolean {
  const wanted = JSON.parse(JSON.stringify(content)) as Record<string, unknown>;
  return Object.entries(wanted).every(([name, value]) => isDeepStrictEqual(imported[name], value));
}
