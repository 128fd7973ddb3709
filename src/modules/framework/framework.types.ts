/** The framework as the API shows it: each statement by language. */
import { Arg, Field, Int, InterfaceType, ObjectType } from 'type-graphql';
import { Language } from '../../common/language.js';
import { StakeholderGroup } from './framework.entity.js';

@InterfaceType('FrameworkStatement', {
  description: 'Something that the framework says, in Danish and in English.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class FrameworkStatement {
  danishLabel: string;
  englishLabel: string;
  danishText: string;
  englishText: string;

  @Field(() => String, { description: 'A few words that name it.' })
  label(
    @Arg('language', () => Language, { defaultValue: Language.EN, description: 'In which language.' })
    language: Language,
  ): string {
    return language === Language.DA ? this.danishLabel : this.englishLabel;
  }

  @Field(() => String, { description: 'What it says.' })
  text(
    @Arg('language', () => Language, { defaultValue: Language.EN, description: 'In which language.' })
    language: Language,
  ): string {
    return language === Language.DA ? this.danishText : this.englishText;
  }
}

@ObjectType({ implements: FrameworkStatement, description: 'What a partnership is.' })
export class FrameworkDefinition extends FrameworkStatement {}

@ObjectType({ implements: FrameworkStatement, description: 'Why a library enters partnerships.' })
export class Rationale extends FrameworkStatement {
  @Field(() => Int, { description: 'Its number in the framework, from 1.', simple: true })
  number: number;
}

@ObjectType({ implements: FrameworkStatement, description: 'What one group can get out of a partnership.' })
export class Potential extends FrameworkStatement {
  @Field(() => Int, { description: 'Its number in the framework, from 1.', simple: true })
  number: number;

  stakeholderGroup: StakeholderGroup;

  @Field(() => StakeholderGroup, { description: 'Whose potential it is.' })
  group(): StakeholderGroup {
    return this.stakeholderGroup;
  }
}

@ObjectType({
  implements: FrameworkStatement,
  description: 'What the framework advises. Records point at the recommendations that they bear on.',
})
export class Recommendation extends FrameworkStatement {
  @Field(() => Int, { description: 'Its number in the framework, from 1.', simple: true })
  number: number;
}

@ObjectType({ implements: FrameworkStatement, description: 'What the framework proposes to start.' })
export class Initiative extends FrameworkStatement {
  @Field(() => Int, { description: 'Its number in the framework, from 1.', simple: true })
  number: number;
}

@ObjectType({
  description: 'How much published knowledge bears on a recommendation. Illustrations are counted apart.',
  simpleResolvers: true,
})
export class RecommendationCoverage {
  @Field(() => Int, { description: 'Published case studies that bear on it.' })
  caseStudies: number;

  @Field(() => Int, { description: 'Published experiences that bear on it.' })
  experiences: number;

  @Field(() => Int, { description: 'Published lessons that bear on it.' })
  lessons: number;

  @Field(() => Int, { description: 'Published records of any kind that bear on it and are invented as illustrations.' })
  illustrative: number;

  @Field(() => Boolean, {
    description: 'Whether there is evidence: at least one published experience or lesson that is no illustration.',
  })
  covered: boolean;
}

@ObjectType({
  description:
    'What the platform stands on: the definition, rationales, potentials, recommendations and initiatives of the Danish working group on new partnerships of libraries (2010), in the words of this platform.',
  simpleResolvers: true,
})
export class Framework {
  @Field(() => FrameworkDefinition, {
    nullable: true,
    description: 'What a partnership is; null in a knowledge base that was started without content.',
  })
  definition: FrameworkDefinition | null;

  @Field(() => [Rationale], { description: 'Why a library enters partnerships.' })
  rationales: Rationale[];

  @Field(() => [Potential], { description: 'What five groups can get out of partnerships.' })
  potentials: Potential[];

  @Field(() => [Recommendation], { description: 'What the framework advises.' })
  recommendations: Recommendation[];

  @Field(() => [Initiative], { description: 'What the framework proposes to start.' })
  initiatives: Initiative[];
}
