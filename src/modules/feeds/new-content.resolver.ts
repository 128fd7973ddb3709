import { Arg, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Theme } from '../framework/framework.entity.js';
import { Recommendation } from '../framework/framework.types.js';
import type { NewContentService } from './new-content.service.js';
import { NewContentResponse, Time } from './new-content.types.js';
import { uuidOfRecommendation, uuidOfTheme } from './polled-uuid.js';

@Resolver()
export class NewContentResolver {
  constructor(private readonly service: NewContentService) {}

  @Guard('record.read')
  // A thousand entries of the log are looked at, however little comes of it.
  @Cost(50)
  @Query(() => NewContentResponse, {
    description:
      'What changed, for programs that poll: the query of that name at the hub of the Danish libraries, answered from the log so that nothing is skipped. Whoever can keep a connection open subscribes to `knowledgeEvents` instead and hears of it at once.',
  })
  newContent(
    @Ctx() context: Context,
    @Arg('uuid', () => String, {
      description:
        'What is polled: an organisation or a case study (with its experiences, and the lessons that rest on these) by `id`, a theme or a recommendation by `uuid`, a follow of yours by `id`.',
    })
    uuid: string,
    @Arg('since', () => Time, {
      nullable: true,
      description:
        'What `youngest` was the last time. Left out or empty: everything, with cursors from then on. A time that the hub gave: everything from that time on, once.',
    })
    since?: string | null,
  ): Promise<NewContentResponse> {
    return this.service.newContent(context, uuid, since);
  }
}

@Resolver(() => Theme)
export class PolledThemeResolver {
  @FieldResolver(() => ID, { description: 'What stands for it where a UUID is asked for, in `newContent`.' })
  uuid(@Root() theme: Theme): string {
    return uuidOfTheme(theme.slug);
  }
}

@Resolver(() => Recommendation)
export class PolledRecommendationResolver {
  @FieldResolver(() => ID, { description: 'What stands for it where a UUID is asked for, in `newContent`.' })
  uuid(@Root() recommendation: Recommendation): string {
    return uuidOfRecommendation(recommendation.number);
  }
}
