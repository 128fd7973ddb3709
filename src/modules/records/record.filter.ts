/** What all lists of records can be narrowed and ordered by. */
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { Field, ID, InputType, Int, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../../common/connection.js';
import { Language } from '../../common/language.js';
import { can } from '../../platform/auth/permissions.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import { visible } from '../../platform/auth/visibility.js';
import { anyId, anyOf } from '../../platform/database/conditions.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import { Documentation, type KnowledgeRecord, Provenance, type RecordKind, RecordStatus } from './record.entity.js';

@InputType({
  description:
    'What all lists of records can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing.',
})
export class RecordFilter {
  @Field(() => [RecordStatus], {
    nullable: true,
    description: 'PUBLISHED unless told. Others show only what the viewer may see, edits in progress included.',
  })
  statuses?: RecordStatus[] | null;

  @Field(() => [Language], { nullable: true, description: 'Languages in which they are written.' })
  languages?: Language[] | null;

  @Field(() => [Provenance], { nullable: true, description: 'Where their content comes from.' })
  provenances?: Provenance[] | null;

  @Field(() => [Documentation], { nullable: true, description: 'Whether the story is known as a whole.' })
  documentations?: Documentation[] | null;

  @Field(() => [ID], { nullable: true, description: 'Organisations that answer for them.' })
  organisations?: string[] | null;

  @Field(() => [Int], { nullable: true, description: 'Recommendations that they bear on, by number.' })
  recommendations?: number[] | null;

  @Field(() => [String], { nullable: true, description: 'Themes, by slug.' })
  themes?: string[] | null;
}

/** The FROM clause and conditions of a list of records of one kind; `further` are conditions of that kind alone. */
export function recordList(viewer: Viewer, kind: RecordKind, filter: RecordFilter, further: readonly Sql[]): Sql {
  return sql`FROM record r WHERE r.kind = ${raw(`'${kind}'`)} AND ${visible(viewer, 'r')}
    AND ${withStatus(filter.statuses)}
    ${join(
      [
        ...further,
        anyOf('r.language', 'text', filter.languages),
        anyOf('r.provenance', 'text', filter.provenances),
        anyOf('r.documentation', 'text', filter.documentations),
        anyId('r.organisation_id', filter.organisations),
        !filter.recommendations?.length
          ? empty
          : sql`AND EXISTS (SELECT FROM record_recommendation x WHERE x.record_id = r.id AND x.number = ANY(${filter.recommendations}::integer[]))`,
        !filter.themes?.length
          ? empty
          : sql`AND EXISTS (SELECT FROM record_theme x WHERE x.record_id = r.id AND x.theme = ANY(${filter.themes}::text[]))`,
      ],
      ' ',
    )}`;
}

/**
 * Condition on the status of `record r`: PUBLISHED unless told. That one is a literal, for which there are partial indexes and
 * a plan that PostgreSQL can keep.
 */
export function withStatus(statuses: readonly RecordStatus[] | null | undefined): Sql {
  const wanted = statuses?.length ? statuses : [RecordStatus.PUBLISHED];
  return wanted.every((status) => status === RecordStatus.PUBLISHED)
    ? raw(`r.status = 'PUBLISHED'`)
    : sql`r.status = ANY(${wanted}::text[])`;
}

export enum RecordOrderField {
  PUBLISHED_AT = 'PUBLISHED_AT',
  UPDATED_AT = 'UPDATED_AT',
  CREATED_AT = 'CREATED_AT',
  TITLE = 'TITLE',
}

registerEnumType(RecordOrderField, {
  name: 'RecordOrderField',
  description: 'What lists of records can be ordered by.',
  valuesConfig: {
    PUBLISHED_AT: { description: 'When they were first published; drafts count by when they were first written.' },
    UPDATED_AT: { description: 'When they last changed.' },
    CREATED_AT: { description: 'When they were first written.' },
    TITLE: { description: 'By title, in Danish alphabetical order.' },
  },
});

/** What to order by, and which way. */
export interface RecordOrder {
  field: RecordOrderField;
  direction: OrderDirection;
}

const NEWEST_FIRST: RecordOrder = { field: RecordOrderField.PUBLISHED_AT, direction: OrderDirection.DESC };

/** Newest published first unless told; ties break by id. */
export function recordOrder(
  viewer: Viewer,
  { field, direction }: RecordOrder = NEWEST_FIRST,
): KeysetOrder<KnowledgeRecord> {
  // Only published records have the time of publication, and only its bare column has an index.
  const published = can(viewer, 'record.read-unpublished')
    ? 'coalesce(r.published_at, r.created_at)'
    : 'r.published_at';
  const common = { direction, id: raw('r.id'), idOf: (row: KnowledgeRecord) => row.rowId };
  switch (field) {
    case RecordOrderField.TITLE:
      return {
        ...common,
        name: `title ${direction}`,
        expression: raw('r.title COLLATE "da-x-icu"'),
        type: 'text',
        keyOf: (row) => row.title,
      };
    case RecordOrderField.CREATED_AT:
      return {
        ...common,
        name: `created ${direction}`,
        expression: raw('r.created_at'),
        type: 'timestamptz',
        keyOf: (row) => row.createdAt,
      };
    case RecordOrderField.UPDATED_AT:
      return {
        ...common,
        name: `updated ${direction}`,
        expression: raw('r.updated_at'),
        type: 'timestamptz',
        keyOf: (row) => row.updatedAt,
      };
    case RecordOrderField.PUBLISHED_AT:
      return {
        ...common,
        name: `published ${direction}`,
        expression: raw(published),
        type: 'timestamptz',
        keyOf: (row) => row.publishedAt ?? row.createdAt,
      };
  }
}
