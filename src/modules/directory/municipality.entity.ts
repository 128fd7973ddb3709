import { Field, ObjectType } from 'type-graphql';
import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

@Entity('region')
@Check('region_code', `code ~ '^[0-9]{4}$'`)
@ObjectType({ description: 'One of the five regions of Denmark.', simpleResolvers: true })
export class Region {
  @Field(() => String, { description: 'The four-digit code, e.g. "1081".' })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'region_pkey' })
  code: string;

  @Field(() => String, { description: 'The Danish name.' })
  @Column({ type: 'text' })
  name: string;

  @Field(() => String, { description: 'What it is called in English texts.' })
  @Column({ type: 'text' })
  englishName: string;
}

@Entity('municipality')
@Check('municipality_code', `code ~ '^0[0-9]{3}$'`)
@ObjectType({ description: 'One of the 98 municipalities of Denmark.', simpleResolvers: true })
export class Municipality {
  @Field(() => String, { description: 'The four-digit code, e.g. "0851".' })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'municipality_pkey' })
  code: string;

  @Field(() => String, { description: 'The Danish name, without the word "Kommune".' })
  @Column({ type: 'text' })
  name: string;

  @Field(() => String, { description: 'The English name where there is one, else the Danish.' })
  @Column({ type: 'text' })
  englishName: string;

  @ForeignKey(() => Region, { name: 'municipality_region_fkey' })
  @Column({ type: 'text' })
  regionCode: string;

  @Field(() => Region, { description: 'The region in which it lies.' })
  region: Region;
}
