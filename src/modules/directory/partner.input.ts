/** What the writes of partners take and give. */
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UserError } from '../../common/errors.js';
import { Id, Pattern, Text, TITLE_LENGTH, Version } from '../../common/input.js';
import { CountryCode, Url } from '../../common/scalars.js';
import { Partner, Sector } from './organisation.entity.js';

const MUNICIPALITY_CODE = /^0[0-9]{3}$/;
const URL_LENGTH = 2000;
const CVR = /^[0-9]{8}$/;
const WIKIDATA_ID = /^Q[1-9][0-9]{0,17}$/;

@InputType({ description: 'A partner that is new to the directory.' })
export class CreatePartnerInput {
  @Text(TITLE_LENGTH, { required: true })
  @Field(() => String, { description: `Its name, at most ${TITLE_LENGTH} characters.` })
  name: string;

  @Field(() => Sector, { description: 'The part of society that it belongs to.' })
  sector: Sector;

  @Field(() => CountryCode, { description: 'The country where it is at home.', defaultValue: 'DK' })
  country: string;

  @Pattern(MUNICIPALITY_CODE, 'a four-digit municipality code such as "0751"')
  @Field(() => String, {
    nullable: true,
    description: 'The four-digit code of the municipality where it is at home, if it is in Denmark.',
  })
  municipalityCode?: string | null;

  @Pattern(CVR, 'the eight digits of a CVR number')
  @Field(() => String, { nullable: true, description: 'Its number in the Danish business register, eight digits.' })
  cvr?: string | null;

  @Pattern(WIKIDATA_ID, 'a Wikidata item such as "Q123"')
  @Field(() => String, { nullable: true, description: 'Its Wikidata item, e.g. "Q123".' })
  wikidataId?: string | null;

  @Text(URL_LENGTH)
  @Field(() => Url, { nullable: true, description: 'Its home page.' })
  url?: string | null;
}

@InputType({ description: 'A change to a partner. What is left out stays as it is; null empties what may be empty.' })
export class UpdatePartnerInput {
  @Id()
  @Field(() => ID, { description: 'The partner.' })
  id: string;

  @Version()
  @Field(() => Int, { description: 'The version that the change was made against.' })
  version: number;

  @Text(TITLE_LENGTH, { required: true })
  @Field(() => String, { nullable: true, description: `Its name, at most ${TITLE_LENGTH} characters.` })
  name?: string | null;

  @Field(() => Sector, { nullable: true, description: 'The part of society that it belongs to.' })
  sector?: Sector | null;

  @Field(() => CountryCode, { nullable: true, description: 'The country where it is at home.' })
  country?: string | null;

  @Pattern(MUNICIPALITY_CODE, 'a four-digit municipality code such as "0751"')
  @Field(() => String, {
    nullable: true,
    description: 'The four-digit code of the municipality where it is at home, if it is in Denmark.',
  })
  municipalityCode?: string | null;

  @Pattern(CVR, 'the eight digits of a CVR number')
  @Field(() => String, { nullable: true, description: 'Its number in the Danish business register, eight digits.' })
  cvr?: string | null;

  @Pattern(WIKIDATA_ID, 'a Wikidata item such as "Q123"')
  @Field(() => String, { nullable: true, description: 'Its Wikidata item, e.g. "Q123".' })
  wikidataId?: string | null;

  @Text(URL_LENGTH)
  @Field(() => Url, { nullable: true, description: 'Its home page.' })
  url?: string | null;
}

@ObjectType({ description: 'The partner as it is now, or why it was refused.', simpleResolvers: true })
export class PartnerPayload {
  @Field(() => Partner, { nullable: true, description: 'The partner; null when the write was refused.' })
  partner: Partner | null;

  @Field(() => [UserError], { description: 'Why the write was refused; empty when it was not.' })
  errors: UserError[];
}
