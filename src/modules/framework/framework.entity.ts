import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

export enum StakeholderGroup {
  USERS = 'USERS',
  LIBRARIES = 'LIBRARIES',
  BUSINESS = 'BUSINESS',
  PUBLIC_PARTNERS = 'PUBLIC_PARTNERS',
  CIVIL_SOCIETY = 'CIVIL_SOCIETY',
}

registerEnumType(StakeholderGroup, {
  name: 'StakeholderGroup',
  description: 'The five groups for whom the framework sees a potential in partnerships.',
  valuesConfig: {
    USERS: { description: "The library's users." },
    LIBRARIES: { description: 'Libraries, as institutions and as places to work.' },
    BUSINESS: { description: 'Private companies.' },
    PUBLIC_PARTNERS: { description: 'Other institutions of state, region and municipality.' },
    CIVIL_SOCIETY: { description: 'Partners from civil society.' },
  },
});

/** How many rationales and recommendations the framework of 2010 has; records point at them by number. */
export const RATIONALES = 3;
export const RECOMMENDATIONS = 10;

export enum FrameworkElementKind {
  DEFINITION = 'DEFINITION',
  RATIONALE = 'RATIONALE',
  POTENTIAL = 'POTENTIAL',
  RECOMMENDATION = 'RECOMMENDATION',
  INITIATIVE = 'INITIATIVE',
}

/** A part of the framework, in both languages. The object types of the API are views of it by language. */
@Entity('framework_element')
@Check('framework_element_kind', `kind IN ('DEFINITION', 'RATIONALE', 'POTENTIAL', 'RECOMMENDATION', 'INITIATIVE')`)
@Check('framework_element_number', 'number > 0')
@Check('framework_element_stakeholder_group', 'see the migration')
@Check('framework_element_potential', `(kind = 'POTENTIAL') = (stakeholder_group IS NOT NULL)`)
export class FrameworkElement {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'framework_element_pkey' })
  kind: FrameworkElementKind;

  @PrimaryColumn({ type: 'integer', primaryKeyConstraintName: 'framework_element_pkey' })
  number: number;

  @Column({ type: 'text' })
  danishLabel: string;

  @Column({ type: 'text' })
  englishLabel: string;

  @Column({ type: 'text' })
  danishText: string;

  @Column({ type: 'text' })
  englishText: string;

  @Column({ type: 'text', nullable: true })
  stakeholderGroup: StakeholderGroup | null;
}

@Entity('theme')
@Check('theme_slug', `slug ~ '^[a-z0-9]+(-[a-z0-9]+)*$'`)
@ObjectType({ description: 'A subject that records are about.' })
export class Theme {
  @Field(() => String, { description: 'Its name in addresses and filters, e.g. "digital-platforms".', simple: true })
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'theme_pkey' })
  slug: string;

  @Column({ type: 'text' })
  danishLabel: string;

  @Column({ type: 'text' })
  englishLabel: string;
}
