import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Query, Resolver, Root } from 'type-graphql';
import { Cost } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { columnsOfNodes } from '../records/record.columns.js';
import { excerptByRecord } from './search.loaders.js';
import type { SearchService } from './search.service.js';
import { SearchArguments, SearchConnection, SearchEdge, SearchFacets, SearchPage, TextRange } from './search.types.js';

@Resolver(() => SearchConnection)
export class SearchResolver {
  constructor(private readonly service: SearchService) {}

  @Guard('record.read')
  // Ranked by how well the words fit, which takes looking at all that was found.
  @Cost(50)
  @Query(() => SearchConnection, {
    description: 'Finds records by their text, the best answers first. A query without words finds nothing.',
  })
  search(
    @Args(() => SearchArguments) searchArguments: SearchArguments,
    @Ctx() context: Context,
    @Info() info: GraphQLResolveInfo,
  ): Promise<SearchPage> {
    return this.service.search(context, searchArguments, columnsOfNodes(info, ['__typename']));
  }

  // The dearest of all: 1.2 s over 32,000 records.
  @Cost(800)
  @FieldResolver(() => SearchFacets, { description: 'How all that was found divides. Costs a statement of its own.' })
  facets(@Root() page: SearchPage): Promise<SearchFacets> {
    return page.facets();
  }
}

@Resolver(() => SearchEdge)
export class SearchEdgeResolver {
  @FieldResolver(() => String, {
    description:
      'Some words of the record around what was found. Plain text, as its author wrote it: escape it where you show it.',
  })
  async snippet(@Root() edge: SearchEdge, @Ctx() context: Context): Promise<string> {
    const excerpt = await context.loader(excerptByRecord).load(excerptKey(edge));
    return excerpt?.text ?? '';
  }

  @FieldResolver(() => [TextRange], {
    description:
      'What to highlight in `snippet`, from its beginning on. Empty where the title alone answers the query.',
  })
  async highlights(@Root() edge: SearchEdge, @Ctx() context: Context): Promise<readonly TextRange[]> {
    const excerpt = await context.loader(excerptByRecord).load(excerptKey(edge));
    return excerpt?.highlights ?? [];
  }
}

function excerptKey(edge: SearchEdge) {
  return { parent: edge.id, arguments: { query: edge.query } };
}
