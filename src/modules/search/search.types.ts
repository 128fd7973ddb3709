/** What a search takes and gives. */
import { Arg, ArgsType, Field, Float, InputType, Int, ObjectType } from 'type-graphql';
import { Connection, connectionOf, DEFAULT_PAGE_SIZE, type Edge, MAXIMUM_PAGE_SIZE } from '../../common/connection.js';
import { Language } from '../../common/language.js';
import { RecordFilter } from '../records/record.filter.js';
import { KnowledgeRecord, RecordKind } from '../records/record.entity.js';

/** How long a query may be, in UTF-16 code units. */
export const QUERY_LENGTH = 500;

@InputType({
  description:
    'What a search can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing. Edits in progress of published records are not searched.',
})
export class SearchFilter extends RecordFilter {
  @Field(() => [RecordKind], { nullable: true, description: 'Kinds of record.' })
  kinds?: RecordKind[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'Municipalities, by four-digit code: that of a case, of the case of an experience, of the cases behind a lesson.',
  })
  municipalities?: string[] | null;
}

@ArgsType()
export class SearchArguments {
  @Field(() => String, {
    description: `What to look for, at most ${QUERY_LENGTH} characters. Every word must be found, in any of its forms or as the beginning of a word; "in double quotes" as a phrase. Danish and English; æ, ø and å may be written out (aarhus) or without their strokes (arhus). Of more than 32 words and phrases the first 32 count.`,
  })
  query: string;

  @Field(() => SearchFilter, { nullable: true, description: 'Which records.' })
  filter?: SearchFilter | null;

  @Field(() => Int, {
    nullable: true,
    description: `How many to give: 0 to ${MAXIMUM_PAGE_SIZE}; ${DEFAULT_PAGE_SIZE} unless told.`,
  })
  first?: number | null;

  @Field(() => String, {
    nullable: true,
    description: 'Give only what comes after this cursor, which the same query gave.',
  })
  after?: string | null;
}

@ObjectType({ description: 'A place in a text.', simpleResolvers: true })
export class TextRange {
  @Field(() => Int, { description: 'Where it begins, from 0, in UTF-16 code units as JavaScript, Java and C# count.' })
  start: number;

  @Field(() => Int, { description: 'Where it ends: the first place after it.' })
  end: number;
}

/** A part of a record's text that shows why it was found. */
export interface Excerpt {
  readonly text: string;
  readonly highlights: readonly TextRange[];
}

@ObjectType({ description: 'A record that was found.', simpleResolvers: true })
export class SearchEdge implements Edge<KnowledgeRecord> {
  @Field(() => String, { description: 'Where this entry lies; give it as `after` to go on from here.' })
  cursor: string;

  @Field(() => KnowledgeRecord, { description: 'The record.' })
  node: KnowledgeRecord;

  @Field(() => Float, {
    description: 'How well it answers the query: the higher the better. Comparable within one search only.',
  })
  score: number;

  /** The id of the record, and what was looked for. */
  id: string;
  query: string;
}

export const SearchConnection = connectionOf<KnowledgeRecord>('Search', () => KnowledgeRecord, SearchEdge);

@ObjectType({ description: 'How many of the records found have a certain value.' })
export class SearchFacet {
  @Field(() => String, { description: 'The value, as the filter takes it.', simple: true })
  value: string;

  @Field(() => Int, { description: 'How many of the records found have it.', simple: true })
  count: number;

  danishLabel: string | null;
  englishLabel: string | null;

  @Field(() => String, { nullable: true, description: 'Its name for people; null where the value is an enum value.' })
  label(
    @Arg('language', () => Language, { defaultValue: Language.EN, description: 'In which language.' })
    language: Language,
  ): string | null {
    return language === Language.DA ? this.danishLabel : this.englishLabel;
  }
}

@ObjectType({
  description:
    'What the records found have in common: counted over all of them, not over the page alone. The most frequent first.',
  simpleResolvers: true,
})
export class SearchFacets {
  @Field(() => [SearchFacet], { description: 'By kind of record.' })
  kinds: SearchFacet[];

  @Field(() => [SearchFacet], { description: 'By language.' })
  languages: SearchFacet[];

  @Field(() => [SearchFacet], { description: 'By theme. A record can have several.' })
  themes: SearchFacet[];

  @Field(() => [SearchFacet], { description: 'By recommendation. A record can have several.' })
  recommendations: SearchFacet[];

  @Field(() => [SearchFacet], { description: 'By municipality. A lesson can have several.' })
  municipalities: SearchFacet[];
}

/** A page of what was found. `facets` are asked only when somebody selects them. */
export class SearchPage extends Connection<KnowledgeRecord, SearchEdge> {
  constructor(
    edges: readonly SearchEdge[],
    hasNextPage: boolean,
    hasPreviousPage: boolean,
    count: () => Promise<number>,
    readonly facets: () => Promise<SearchFacets>,
  ) {
    super(edges, hasNextPage, hasPreviousPage, count);
  }
}
