import type { GraphQLResolveInfo } from 'graphql';
import { Args, Ctx, FieldResolver, Info, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { columnsOfNodes } from '../records/record.columns.js';
import { type CaseStudy, CaseStudyConnection } from './case-study.entity.js';
import { caseStudiesOfOrganisation } from './organisation-case-studies.loaders.js';

@Resolver(() => Organisation)
export class OrganisationCaseStudiesResolver {
  @Guard('record.read')
  @FieldResolver(() => CaseStudyConnection, {
    description: 'The published cases that it is a party of, the newest published first.',
  })
  caseStudies(
    @Ctx() { loader }: Context,
    @Root() { id }: Organisation,
    @Info() info: GraphQLResolveInfo,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<CaseStudy>> {
    return loader(caseStudiesOfOrganisation).load({
      parent: id,
      arguments: { ...page, columns: columnsOfNodes(info) },
      field: info.fieldNodes[0],
    });
  }
}
