import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Language } from '../../common/language.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Theme } from './framework.entity.js';
import { coverageByRecommendation, recordCountByTheme } from './framework.loaders.js';
import type { FrameworkService } from './framework.service.js';
import { Framework, Recommendation, RecommendationCoverage } from './framework.types.js';

@Resolver()
export class FrameworkResolver {
  constructor(private readonly service: FrameworkService) {}

  @Guard('directory.read')
  @Query(() => Framework, { description: 'What the platform stands on.' })
  framework(@Ctx() context: Context): Promise<Framework> {
    return this.service.framework(context);
  }

  @Guard('directory.read')
  @Query(() => [Theme], { description: 'The subjects that records are about, all of them.' })
  themes(@Ctx() context: Context): Promise<Theme[]> {
    return this.service.themes(context);
  }
}

@Resolver(() => Recommendation)
export class RecommendationResolver {
  @FieldResolver(() => RecommendationCoverage, { description: 'How much published knowledge bears on it.' })
  coverage(@Root() recommendation: Recommendation, @Ctx() context: Context): Promise<RecommendationCoverage> {
    return context.loader(coverageByRecommendation).load(recommendation.number);
  }
}

@Resolver(() => Theme)
export class ThemeResolver {
  @FieldResolver(() => String, { description: 'Its name for people.' })
  label(
    @Root() theme: Theme,
    @Arg('language', () => Language, { defaultValue: Language.EN, description: 'In which language.' })
    language: Language,
  ): string {
    return language === Language.DA ? theme.danishLabel : theme.englishLabel;
  }

  @FieldResolver(() => Int, { description: 'How many published records are about it.' })
  recordCount(@Root() theme: Theme, @Ctx() context: Context): Promise<number> {
    return context.loader(recordCountByTheme).load(theme.slug);
  }
}
