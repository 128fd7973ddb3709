import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { connectionType } from '../../common/connection.js';
import { ID_PATTERN } from '../../common/id.js';
import { DistinctValues } from '../../common/input.js';
import { DateTime } from '../../common/scalars.js';
import { encodeCursor } from '../../platform/log/cursor.js';
import { FILTER_LISTS, type StoredFilter } from '../../platform/log/event-filter.js';
import type { LogEntry } from '../../platform/log/log-entry.js';
import { RECOMMENDATIONS } from '../framework/framework.entity.js';
import { RecordKind } from '../records/record.entity.js';
import { SLUG } from '../records/record.input.js';

export enum KnowledgeEventType {
  PUBLISHED = 'PUBLISHED',
  REVISED = 'REVISED',
  RETRACTED = 'RETRACTED',
  LINKED = 'LINKED',
  UNLINKED = 'UNLINKED',
  ADOPTED = 'ADOPTED',
  EVIDENCE_ADDED = 'EVIDENCE_ADDED',
}

registerEnumType(KnowledgeEventType, {
  name: 'KnowledgeEventType',
  description: 'What can happen to published knowledge.',
  valuesConfig: {
    PUBLISHED: { description: 'A record is open to everybody for the first time.' },
    REVISED: { description: 'A published record was replaced by an edited version of it.' },
    RETRACTED: { description: 'A record was taken back: remove it from copies.' },
    LINKED: { description: 'Two published records were linked; `relatedRecord` is the one that the link leads to.' },
    UNLINKED: { description: 'A link between two published records was taken away.' },
    ADOPTED: { description: 'An organisation reported that it used the record; `organisation` is that one.' },
    EVIDENCE_ADDED: { description: 'A published lesson got evidence; `relatedRecord` is the experience.' },
  },
});

@ObjectType({
  description:
    'One thing that happened to the shared knowledge. Events come at least once and in order: drop what you have seen, by `id`.',
})
export class KnowledgeEvent {
  @Field(() => ID, { description: 'Unique and for ever the same, also when the event comes again.', simple: true })
  id: string;

  @Field(() => String, {
    description:
      'The place just behind this event in the log: pass the last one you have handled as `after` and miss nothing.',
    simple: true,
  })
  cursor: string;

  @Field(() => KnowledgeEventType, { description: 'What happened.', simple: true })
  type: KnowledgeEventType;

  @Field(() => DateTime, { description: 'When it happened.', simple: true })
  occurredAt: Date;

  @Field(() => ID, { description: 'The record that it happened to.', simple: true })
  recordId: string;

  @Field(() => RecordKind, { description: 'The kind of that record.', simple: true })
  recordKind: RecordKind;

  @Field(() => Int, { description: 'The version of that record at the time.', simple: true })
  recordVersion: number;

  relatedRecordId: string | null;
  organisationId: string;
}

export const KnowledgeEventConnection = connectionType('KnowledgeEvent', () => KnowledgeEvent);

@InputType({
  description:
    'Which events are wanted. Lists mean "any of"; what is left out or empty filters nothing. The same filter gives the same events by query and by subscription.',
})
export class KnowledgeEventFilter {
  @DistinctValues()
  @Field(() => [RecordKind], { nullable: true, description: 'Kinds of record.' })
  kinds?: RecordKind[] | null;

  @DistinctValues()
  @Field(() => [KnowledgeEventType], { nullable: true, description: 'Types of event.' })
  types?: KnowledgeEventType[] | null;

  @DistinctValues({ pattern: ID_PATTERN })
  @Field(() => [ID], { nullable: true, description: "Records: the event's own, or the related one." })
  records?: string[] | null;

  @DistinctValues({ pattern: ID_PATTERN })
  @Field(() => [ID], {
    nullable: true,
    description:
      'Organisations behind the events: those that answer for the record, or that adopted it, or whose experience is the evidence.',
  })
  organisations?: string[] | null;

  @DistinctValues({ pattern: /^\d{4}$/ })
  @Field(() => [String], {
    nullable: true,
    description:
      "Municipalities, by four-digit code: the case's own, or those of the cases that an experience or lesson comes from.",
  })
  municipalities?: string[] | null;

  @DistinctValues({ minimum: 1, maximum: RECOMMENDATIONS })
  @Field(() => [Int], {
    nullable: true,
    description: 'Recommendations that the record bore on at the time, by number.',
  })
  recommendations?: number[] | null;

  @DistinctValues({ pattern: SLUG })
  @Field(() => [String], { nullable: true, description: 'Themes of the record at the time, by slug.' })
  themes?: string[] | null;
}

@ObjectType({
  description: 'Which events a follow or an endpoint wants. Lists mean "any of"; an empty one filters nothing.',
  simpleResolvers: true,
})
export class KnowledgeEventCriteria {
  @Field(() => [RecordKind], { description: 'Kinds of record.' })
  kinds: RecordKind[];

  @Field(() => [KnowledgeEventType], { description: 'Types of event.' })
  types: KnowledgeEventType[];

  @Field(() => [ID], { description: "Records: the event's own, or the related one." })
  records: string[];

  @Field(() => [ID], { description: 'Organisations behind the events.' })
  organisations: string[];

  @Field(() => [String], { description: 'Municipalities, by four-digit code.' })
  municipalities: string[];

  @Field(() => [Int], { description: 'Recommendations, by number.' })
  recommendations: number[];

  @Field(() => [String], { description: 'Themes, by slug.' })
  themes: string[];
}

/** A filter that was kept, as the API shows it. */
export function criteriaOf(filter: StoredFilter): KnowledgeEventCriteria {
  return Object.fromEntries(FILTER_LISTS.map((name) => [name, filter[name] ?? []])) as never;
}

/** An entry of the log as the API shows it. */
export function eventOf(entry: LogEntry): KnowledgeEvent {
  return {
    id: entry.eventId,
    cursor: encodeCursor(entry),
    type: entry.type as KnowledgeEventType,
    occurredAt: entry.occurredAt,
    recordId: entry.recordId,
    recordKind: entry.recordKind as RecordKind,
    recordVersion: entry.recordVersion,
    relatedRecordId: entry.relatedRecordId,
    organisationId: entry.organisationId,
  };
}
