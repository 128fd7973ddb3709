import { Field, Int, InterfaceType, ObjectType, registerEnumType } from 'type-graphql';
import {
  Check,
  ChildEntity,
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  TableInheritance,
  Unique,
} from 'typeorm';
import { connectionType } from '../../common/connection.js';
import { Node } from '../../common/node.js';
import { CountryCode, DateTime, Url } from '../../common/scalars.js';
import { Municipality } from './municipality.entity.js';

export enum OrganisationKind {
  LIBRARY = 'LIBRARY',
  PARTNER = 'PARTNER',
}

registerEnumType(OrganisationKind, {
  name: 'OrganisationKind',
  description: 'What an organisation is.',
  valuesConfig: {
    LIBRARY: { description: 'A library with an ISIL.' },
    PARTNER: { description: 'Any other organisation that enters partnerships.' },
  },
});

export enum Sector {
  PUBLIC = 'PUBLIC',
  PRIVATE = 'PRIVATE',
  CIVIL_SOCIETY = 'CIVIL_SOCIETY',
}

registerEnumType(Sector, {
  name: 'Sector',
  description: 'The part of society that an organisation belongs to.',
  valuesConfig: {
    PUBLIC: { description: 'State, region, municipality and their institutions.' },
    PRIVATE: { description: 'Business.' },
    CIVIL_SOCIETY: { description: 'Associations, foundations, volunteers.' },
  },
});

@Entity('organisation')
@TableInheritance({ column: 'kind' })
@Check('organisation_kind', `kind IN ('LIBRARY', 'PARTNER')`)
@Check('organisation_name', `name <> ''`)
@Check('organisation_sector', `sector IN ('PUBLIC', 'PRIVATE', 'CIVIL_SOCIETY')`)
@Check('organisation_cvr', `cvr ~ '^[0-9]{8}$'`)
@Check('organisation_wikidata_id', `wikidata_id ~ '^Q[1-9][0-9]*$'`)
@Check('organisation_whole', 'see the migration')
@Unique('organisation_isil_key', ['isil'])
@Unique('organisation_agency_id_key', ['agencyId'])
@Unique('organisation_cvr_key', ['cvr'])
@Unique('organisation_wikidata_id_key', ['wikidataId'])
@Index('organisation_name_index', { synchronize: false })
@Index('organisation_folded_name_index', { synchronize: false })
@Index('organisation_municipality_index', ['municipalityCode'])
@InterfaceType('Organisation', {
  implements: Node,
  description:
    'A library or a partner: one that answers for records, is a party of a case, or adopts what others learned.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Organisation extends Node {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'organisation_pkey' })
  declare id: string;

  @Column({ type: 'text' })
  kind: OrganisationKind;

  @Field(() => String, { description: 'Its name.' })
  @Column({ type: 'text' })
  name: string;

  @Field(() => CountryCode, { description: 'The country where it is at home.' })
  @Column({ type: 'character', length: 2 })
  country: string;

  @ForeignKey(() => Municipality, { name: 'organisation_municipality_fkey' })
  @Column({ type: 'text', nullable: true })
  municipalityCode: string | null;

  @Column({ type: 'text', nullable: true })
  isil: string | null;

  @Column({ type: 'text', nullable: true })
  agencyId: string | null;

  @Column({ type: 'text', nullable: true })
  sector: Sector | null;

  @Column({ type: 'text', nullable: true })
  cvr: string | null;

  @Column({ type: 'text', nullable: true })
  wikidataId: string | null;

  @Field(() => Url, { nullable: true, description: 'Its home page.' })
  @Column({ type: 'text', nullable: true })
  url: string | null;

  @Field(() => Boolean, {
    description: 'Whether what one of its people wrote is published by another.',
  })
  @Column({ type: 'boolean', default: false })
  secondPersonRequired: boolean;

  @Field(() => Int, { description: 'Grows by one with each change; name it when you update.' })
  @Column({ type: 'integer' })
  version: number;

  @Field(() => DateTime, { description: 'When it came into the directory.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  createdAt: Date;

  @Field(() => DateTime, { description: 'When its entry last changed.' })
  @Column({ type: 'timestamp with time zone', precision: 3 })
  updatedAt: Date;
}

@ChildEntity(OrganisationKind.LIBRARY)
@ObjectType({ implements: Organisation, description: 'A library that is known by its ISIL.', simpleResolvers: true })
export class Library extends Organisation {
  @Field(() => String, {
    description: 'International Standard Identifier for Libraries (ISO 15511), e.g. "DK-775100".',
  })
  declare isil: string;

  @Field(() => String, { nullable: true, description: 'The Danish library agency number, e.g. "775100".' })
  declare agencyId: string | null;
}

@ChildEntity(OrganisationKind.PARTNER)
@ObjectType({ implements: Organisation, description: 'An organisation that is no library.', simpleResolvers: true })
export class Partner extends Organisation {
  @Field(() => Sector, { description: 'The part of society that it belongs to.' })
  declare sector: Sector;

  @Field(() => String, {
    nullable: true,
    description: 'Its number in the Danish business register (CVR), eight digits.',
  })
  declare cvr: string | null;

  @Field(() => String, { nullable: true, description: 'Its Wikidata item, e.g. "Q123".' })
  declare wikidataId: string | null;
}

export const OrganisationConnection = connectionType('Organisation', () => Organisation);
