/** Who wrote something, as far as whoever asks may know. */
import { raw, type Sql } from 'sql-template-tag';
import { Field, ObjectType, registerEnumType } from 'type-graphql';

export enum AuthorKind {
  PERSON = 'PERSON',
  ORGANISATION = 'ORGANISATION',
  OPERATOR = 'OPERATOR',
}

registerEnumType(AuthorKind, {
  name: 'AuthorKind',
  description: 'What wrote something.',
  valuesConfig: {
    PERSON: { description: 'Somebody, by a token or a key of their own.' },
    ORGANISATION: { description: 'A system of an organisation, by a key of the organisation.' },
    OPERATOR: { description: 'The operator of this server, or a program of theirs, such as an import.' },
  },
});

@ObjectType({ description: 'Who wrote a version of a record, or a comment on it.', simpleResolvers: true })
export class Author {
  @Field(() => AuthorKind, { description: 'What it is.' })
  kind: AuthorKind;

  @Field(() => String, {
    nullable: true,
    description: 'The name of the person or organisation; null for the operator, and for a person who was erased.',
  })
  name: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The name of the key that was used, if any, for those who may see the drafts of the record; null for others.',
  })
  apiKeyName: string | null;
}

/**
 * What an {@link Author} is read from.
 *
 * @param alias of a table with the columns `person_id` and `api_key_id`; never text from outside
 */
export function authorJoins(alias: string): Sql {
  return raw(`LEFT JOIN person author ON author.id = ${alias}.person_id
    LEFT JOIN api_key ON api_key.id = ${alias}.api_key_id
    LEFT JOIN organisation author_organisation ON author_organisation.id = api_key.organisation_id`);
}

export const AUTHOR_KIND = raw(`CASE WHEN author.id IS NOT NULL THEN 'PERSON'
  WHEN api_key.id IS NOT NULL THEN 'ORGANISATION' ELSE 'OPERATOR' END AS kind`);
export const AUTHOR_NAME = raw('coalesce(author.name, author_organisation.name) AS name');
