/** Refetching anything by its id: https://relay.dev/graphql/objectidentification.htm. */
import sql from 'sql-template-tag';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { isId } from '../../common/id.js';
import { Cost } from '../../common/cost.js';
import { Node } from '../../common/node.js';
import { type Context, defineLoader, type Loader } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { AsOf, lookUpCostAsOf, readAsOf } from './as-of.js';
import { recordById } from './record.loaders.js';
import { adoptionById, linkById } from './relation.loaders.js';

const LOADERS: Record<string, Loader<string, Node | null>> = {
  record: recordById,
  organisation: organisationById,
  link: linkById,
  adoption: adoptionById,
};

/** Which table an id is of. It tells nothing: what the viewer may see is for that table's own loader to say. */
const tableOfId = defineLoader<string, { id: string; table: string } | null>(async ({ database }, ids) => {
  const rows = await database.rows<{ id: string; table: string }>(
    sql`SELECT id, 'record' AS table FROM record WHERE ${isAmong('id', 'uuid', ids)}
      UNION ALL SELECT id, 'organisation' FROM organisation WHERE ${isAmong('id', 'uuid', ids)}
      UNION ALL SELECT id, 'link' FROM link WHERE ${isAmong('id', 'uuid', ids)}
      UNION ALL SELECT id, 'adoption' FROM adoption WHERE ${isAmong('id', 'uuid', ids)}`,
  );
  return oneEach(ids, rows, (row) => row.id);
});

@Resolver()
export class NodeResolver {
  @Guard('record.read')
  @Cost(lookUpCostAsOf)
  @Query(() => Node, {
    nullable: true,
    description: 'Anything by its id; null when there is nothing of this id that you may see.',
  })
  node(
    @Ctx() context: Context,
    @Arg('id', () => ID, { description: 'The id of any thing that this API gave.' }) id: string,
    @AsOf() asOf?: Date | null,
  ): Promise<Node | null> {
    return readAsOf(context, asOf, (scope) => readNode(scope, id));
  }

  @Guard('record.read')
  @Cost(lookUpCostAsOf)
  @Query(() => [Node], {
    nullable: 'items',
    description: 'Many things by their ids, in the order of the ids; null for each that is not there.',
  })
  nodes(
    @Ctx() context: Context,
    @Arg('ids', () => [ID], { description: 'The ids of any things that this API gave.' }) ids: string[],
    @AsOf() asOf?: Date | null,
  ): Promise<(Node | null)[]> {
    return readAsOf(context, asOf, (scope) => Promise.all(ids.map((id) => readNode(scope, id))));
  }
}

async function readNode({ loader }: Context, id: string): Promise<Node | null> {
  if (!isId(id)) return null;
  const found = await loader(tableOfId).load(id);
  return found === null ? null : loader(LOADERS[found.table]!).load(id);
}
