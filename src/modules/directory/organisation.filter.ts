/** What lists of organisations can be narrowed and ordered by. */
import sql, { empty, join, raw, type Sql } from 'sql-template-tag';
import { Field, InputType, registerEnumType } from 'type-graphql';
import { OrderDirection } from '../../common/connection.js';
import { CountryCode } from '../../common/scalars.js';
import { anyOf } from '../../platform/database/conditions.js';
import type { KeysetOrder } from '../../platform/database/keyset.js';
import { type Organisation, OrganisationKind, Sector } from './organisation.entity.js';

@InputType({
  description:
    'What a list of organisations can be narrowed by. Lists mean "any of"; what is left out or empty narrows nothing.',
})
export class OrganisationFilter {
  @Field(() => [OrganisationKind], { nullable: true, description: 'Libraries, partners.' })
  kinds?: OrganisationKind[] | null;

  @Field(() => [Sector], { nullable: true, description: 'Parts of society; partners alone have one.' })
  sectors?: Sector[] | null;

  @Field(() => [String], { nullable: true, description: 'Municipalities where they are at home, by four-digit code.' })
  municipalities?: string[] | null;

  @Field(() => [String], { nullable: true, description: 'Regions where they are at home, by four-digit code.' })
  regions?: string[] | null;

  @Field(() => [CountryCode], { nullable: true, description: 'Countries where they are at home.' })
  countries?: string[] | null;

  @Field(() => String, {
    nullable: true,
    description: 'A part of the name. Case and accents do not count, and å is as good as aa.',
  })
  name?: string | null;
}

export enum OrganisationOrderField {
  NAME = 'NAME',
  CREATED_AT = 'CREATED_AT',
}

registerEnumType(OrganisationOrderField, {
  name: 'OrganisationOrderField',
  description: 'What organisations can be ordered by.',
  valuesConfig: {
    NAME: { description: 'Their name, in Danish alphabetical order.' },
    CREATED_AT: { description: 'When they came into the directory.' },
  },
});

@InputType({ description: 'What to order organisations by.' })
export class OrganisationOrder {
  @Field(() => OrganisationOrderField, { description: 'By what.' })
  field: OrganisationOrderField;

  @Field(() => OrderDirection, { description: 'Which way.' })
  direction: OrderDirection;
}

/** The FROM clause and conditions of a list of organisations, called `o`. */
export function organisationList(filter: OrganisationFilter): Sql {
  return sql`FROM organisation o WHERE TRUE${join(
    [
      anyOf('o.kind', 'text', filter.kinds),
      anyOf('o.sector', 'text', filter.sectors),
      anyOf('o.municipality_code', 'text', filter.municipalities),
      filter.regions?.length
        ? sql` AND o.municipality_code IN (SELECT code FROM municipality WHERE TRUE${anyOf('region_code', 'text', filter.regions)})`
        : empty,
      anyOf('o.country', 'text', filter.countries),
      filter.name == null
        ? empty
        : sql` AND strpos(fold(o.name), fold(${filter.name.replaceAll('\0', ' ').trim()})) > 0`,
    ],
    '',
  )}`;
}

const BY_NAME: OrganisationOrder = { field: OrganisationOrderField.NAME, direction: OrderDirection.ASC };

/** By name unless told; ties break by id. */
export function organisationOrder(order: OrganisationOrder | null | undefined): KeysetOrder<Organisation> {
  const { field, direction } = order ?? BY_NAME;
  const common = { direction, id: raw('o.id'), idOf: (row: Organisation) => row.id };
  return field === OrganisationOrderField.NAME
    ? {
        ...common,
        name: `name ${direction}`,
        expression: raw('o.name COLLATE "da-x-icu"'),
        type: 'text',
        keyOf: (row) => row.name,
      }
    : {
        ...common,
        name: `created ${direction}`,
        expression: raw('o.created_at'),
        type: 'timestamptz',
        keyOf: (row) => row.createdAt,
      };
}
