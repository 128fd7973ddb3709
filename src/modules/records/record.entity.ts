import { Field, Int, InterfaceType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, TableInheritance } from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { Language } from '../../common/language.js';
import { Node } from '../../common/node.js';
import { DateTime } from '../../common/scalars.js';
import { Organisation } from '../directory/organisation.entity.js';

export enum RecordKind {
  CASE_STUDY = 'CASE_STUDY',
  EXPERIENCE = 'EXPERIENCE',
  LESSON = 'LESSON',
}

registerEnumType(RecordKind, {
  name: 'RecordKind',
  description: 'The kinds of knowledge record.',
  valuesConfig: {
    CASE_STUDY: { description: 'One partnership, told as a case.' },
    EXPERIENCE: { description: 'What one library or partner lived through in a case.' },
    LESSON: { description: 'What can be learned, resting on experiences.' },
  },
});

export enum RecordStatus {
  DRAFT = 'DRAFT',
  IN_REVIEW = 'IN_REVIEW',
  PUBLISHED = 'PUBLISHED',
  RETRACTED = 'RETRACTED',
}

registerEnumType(RecordStatus, {
  name: 'RecordStatus',
  description: 'Where a record stands on its way to the public.',
  valuesConfig: {
    DRAFT: { description: 'Being written.' },
    IN_REVIEW: { description: 'Submitted; waits to be published or sent back.' },
    PUBLISHED: { description: 'Open to everybody.' },
    RETRACTED: { description: 'Taken back after it was published. Final.' },
  },
});

export enum Provenance {
  DOCUMENTED = 'DOCUMENTED',
  REPORTED = 'REPORTED',
  IMPORTED = 'IMPORTED',
  ILLUSTRATIVE = 'ILLUSTRATIVE',
}

registerEnumType(Provenance, {
  name: 'Provenance',
  description: 'Where the content of a record comes from.',
  valuesConfig: {
    DOCUMENTED: { description: 'Published sources, which the record names.' },
    REPORTED: { description: 'The people who took part.' },
    IMPORTED: { description: 'Another data set, taken over by a program.' },
    ILLUSTRATIVE: {
      description: 'Invented, to show how the platform works. Counts as evidence for nothing but illustrations.',
    },
  },
});

export enum Documentation {
  COMPLETE = 'COMPLETE',
  INCOMPLETE = 'INCOMPLETE',
}

registerEnumType(Documentation, {
  name: 'Documentation',
  description: 'Whether the story is known as a whole.',
  valuesConfig: {
    COMPLETE: { description: 'Everything that this kind of record asks for is there.' },
    INCOMPLETE: { description: 'Parts are not known or not documented; what is missing is left open, not invented.' },
  },
});

@Entity('record')
@TableInheritance({ column: 'recordKind' })
@Check('record_kind', `kind IN ('CASE_STUDY', 'EXPERIENCE', 'LESSON')`)
@Check('record_slug', `slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`)
@Check('record_title', `title <> ''`)
@Check('record_language', `language IN ('DA', 'EN')`)
@Check('record_status', `status IN ('DRAFT', 'IN_REVIEW', 'PUBLISHED', 'RETRACTED')`)
@Check('record_provenance', `provenance IN ('DOCUMENTED', 'REPORTED', 'IMPORTED', 'ILLUSTRATIVE')`)
@Check('record_documentation', `documentation IN ('COMPLETE', 'INCOMPLETE')`)
@Check('record_case_kind', 'see the migration')
@Check('record_scope', 'see the migration')
@Check('record_state', 'see the migration')
@Check('record_phase', 'see the migration')
@Check('record_outcome', 'see the migration')
@Check('record_period', 'ended_on >= started_on')
@Check('record_published', `(status IN ('PUBLISHED', 'RETRACTED')) = (published_at IS NOT NULL)`)
@Check('record_working_copy', `working_copy_of IS NULL OR status IN ('DRAFT', 'IN_REVIEW')`)
@Check('record_case_study_whole', 'see the migration')
@Check('record_experience_whole', 'see the migration')
@Check('record_lesson_whole', 'see the migration')
@Index('record_slug_key', { synchronize: false })
@Index('record_working_copy_key', { synchronize: false })
@Index('record_published_index', { synchronize: false })
@Index('record_retracted_index', { synchronize: false })
@Index('record_updated_index', { synchronize: false })
@Index('record_created_index', { synchronize: false })
@Index('record_title_index', { synchronize: false })
@Index('record_search_index', { synchronize: false })
@Index('record_organisation_index', { synchronize: false })
@Index('record_municipality_index', { synchronize: false })
@Index('record_case_study_index', { synchronize: false })
@InterfaceType('KnowledgeRecord', {
  implements: Node,
  description: 'A record of shared knowledge: a case study, an experience or a lesson.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class KnowledgeRecord extends Node {
  /** In the table: the row, which may be a working copy. In the API: the record, whichever row it was read from. */
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'record_pkey' })
  declare id: string;

  /** The row that was read; what belongs to the content hangs on it, what belongs to the record on `id`. Reads only. */
  rowId: string;

  @Column({ name: 'kind', type: 'text' })
  recordKind: RecordKind;

  @Field(() => String, {
    description: 'The readable part of its address; unique among records of its kind, and never changed.',
  })
  @Column({ type: 'text' })
  slug: string;

  @Field(() => String, { description: "Its title. A lesson's title is the lesson itself, as one statement." })
  @Column({ type: 'text' })
  title: string;

  @Field(() => Language, { description: 'The language in which it is written.' })
  @Column({ type: 'text' })
  language: Language;

  @Field(() => RecordStatus, { description: 'Where it stands on its way to the public.' })
  @Column({ type: 'text' })
  status: RecordStatus;

  @Field(() => Provenance, { description: 'Where its content comes from.' })
  @Column({ type: 'text' })
  provenance: Provenance;

  @Field(() => Documentation, { description: 'Whether the story is known as a whole.' })
  @Column({ type: 'text' })
  documentation: Documentation;

  @Field(() => Int, { description: 'Grows with each change; name it when you update or move the record on.' })
  @Column({ type: 'integer' })
  version: number;

  @ForeignKey(() => Organisation, { name: 'record_organisation_fkey' })
  @Column({ type: 'uuid' })
  organisationId: string;

  @ForeignKey(() => KnowledgeRecord, { name: 'record_working_copy_fkey' })
  @Column({ type: 'uuid', nullable: true })
  workingCopyOf: string | null;

  @Field(() => DateTime, { description: 'When it was first written.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When it last changed.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  updatedAt: Date;

  @Field(() => DateTime, { nullable: true, description: 'When it was first published; null before that.' })
  @Column({ type: 'timestamp with time zone', precision: 3, nullable: true })
  publishedAt: Date | null;

  @Column({ type: 'tsvector', nullable: true, select: false })
  search: string | null;
}

export const KnowledgeRecordConnection = connectionType('KnowledgeRecord', () => KnowledgeRecord);
