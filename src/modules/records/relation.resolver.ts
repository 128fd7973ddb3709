/** What connects records with each other and with those who use them. */
import { Arg, Args, ArgsType, Ctx, Field, FieldResolver, Mutation, ObjectType, Resolver, Root } from 'type-graphql';
import { Connection, ConnectionArguments, connectionOf, type Edge } from '../../common/connection.js';
import { UserError } from '../../common/errors.js';
import { inScopeOf } from '../../common/reading-scope.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { Adoption, AdoptionConnection } from './adoption.entity.js';
import type { AdoptionService } from './adoption.service.js';
import { INVERSE, Link, LinkRelation, LinkRole } from './link.entity.js';
import type { LinkService } from './link.service.js';
import { KnowledgeRecord } from './record.entity.js';
import { LinkInput, RecordAdoptionInput, UnlinkInput } from './record.input.js';
import { recordById } from './record.loaders.js';
import { adoptionById, adoptionsOfRecord, linkById, linksOfRecord } from './relation.loaders.js';

@ObjectType({ description: 'What became of a link.', simpleResolvers: true })
class LinkPayload {
  @Field(() => Link, {
    nullable: true,
    description: 'The link, or the one that was taken away; null when the write was refused.',
  })
  link: Link | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

@ObjectType({ description: 'What became of the report of an adoption.', simpleResolvers: true })
class AdoptionPayload {
  @Field(() => Adoption, { nullable: true, description: 'The adoption; null when the write was refused.' })
  adoption: Adoption | null;

  @Field(() => [UserError], { description: 'Why it was refused; empty when it was not.' })
  errors: UserError[];
}

/** A link as it is seen from the record whose list it stands in. */
@ObjectType('LinkEdge', { description: 'A link, seen from the record in whose list it stands.' })
class LinkEdge implements Edge<Link> {
  /** The record from which the link is seen. */
  from: string;

  @Field(() => String, {
    description: 'Where this entry lies; give it as `after` or `before` to go on from here.',
    simple: true,
  })
  cursor: string;

  @Field(() => Link, { description: 'The link itself.', simple: true })
  node: Link;
}

@Resolver(() => LinkEdge)
export class LinkEdgeResolver {
  @FieldResolver(() => LinkRole, { description: 'How this record relates to the one at the other end.' })
  role(@Root() { from, node }: LinkEdge): LinkRole {
    return node.fromId === from ? LinkRole[node.relation] : INVERSE[node.relation];
  }

  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, { description: 'The record at the other end.' })
  record(@Ctx() { loader }: Context, @Root() { from, node }: LinkEdge) {
    return loader(recordById).load(node.fromId === from ? node.toId : node.fromId);
  }
}

const LinkConnection = connectionOf('Link', () => Link, LinkEdge);

@ArgsType()
class LinkConnectionArguments extends ConnectionArguments {
  @Field(() => [LinkRelation], { nullable: true, description: 'Only links of these relations.' })
  relations?: LinkRelation[] | null;
}

@Resolver(() => KnowledgeRecord)
export class RelationResolver {
  constructor(
    private readonly linkService: LinkService,
    private readonly adoptionService: AdoptionService,
  ) {}

  @Guard('record.link')
  @Mutation(() => LinkPayload, {
    description: 'Links two records. One that is not published shows the link once it is.',
  })
  link(@Ctx() context: Context, @Arg('input', () => LinkInput, { description: 'The link.' }) input: LinkInput) {
    return payload('link', async () => {
      const id = await this.linkService.link(context.viewer, input);
      context.forget();
      return context.loader(linkById).load(id);
    });
  }

  @Guard('record.link')
  @Mutation(() => LinkPayload, { description: 'Takes a link away.' })
  unlink(@Ctx() context: Context, @Arg('input', () => UnlinkInput, { description: 'The link.' }) input: UnlinkInput) {
    return payload('link', async () => {
      const link = await this.linkService.unlink(context.viewer, input);
      context.forget();
      return link;
    });
  }

  @Guard('record.adopt')
  @Mutation(() => AdoptionPayload, { description: 'Reports that an organisation used what a published record tells.' })
  recordAdoption(
    @Ctx() context: Context,
    @Arg('input', () => RecordAdoptionInput, { description: 'The adoption.' }) input: RecordAdoptionInput,
  ) {
    return payload('adoption', async () => {
      const id = await this.adoptionService.recordAdoption(context.viewer, input);
      context.forget();
      return context.loader(adoptionById).load(id);
    });
  }

  @Guard('record.read')
  @FieldResolver(() => LinkConnection, {
    description: 'Its links with other records, whichever end it is at, newest first.',
  })
  async links(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Args(() => LinkConnectionArguments) page: LinkConnectionArguments,
  ): Promise<Connection<Link, LinkEdge>> {
    const { edges, hasNextPage, hasPreviousPage, count } = await loader(linksOfRecord).load({
      parent: id,
      arguments: { ...page },
    });
    const seen = edges.map(({ cursor, node }) =>
      inScopeOf(node, Object.assign(new LinkEdge(), { cursor, node, from: id })),
    );
    return new Connection(seen, hasNextPage, hasPreviousPage, count);
  }

  @Guard('record.read')
  @FieldResolver(() => AdoptionConnection, { description: 'Who used what it tells, newest report first.' })
  adoptions(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(adoptionsOfRecord).load({ parent: id, arguments: { ...page } });
  }
}

@Resolver(() => Link)
export class LinkResolver {
  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, { description: 'The record that it starts at.' })
  from(@Ctx() { loader }: Context, @Root() { fromId }: Link) {
    return loader(recordById).load(fromId);
  }

  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, { description: 'The record that it leads to.' })
  to(@Ctx() { loader }: Context, @Root() { toId }: Link) {
    return loader(recordById).load(toId);
  }

  @FieldResolver(() => LinkRole, { description: 'How `to` relates to `from`: the inverse of `relation`.' })
  inverse(@Root() { relation }: Link): LinkRole {
    return INVERSE[relation];
  }
}

@Resolver(() => Adoption)
export class AdoptionResolver {
  @Guard('record.read')
  @FieldResolver(() => KnowledgeRecord, { description: 'The record that was used.' })
  record(@Ctx() { loader }: Context, @Root() { recordId }: Adoption) {
    return loader(recordById).load(recordId);
  }

  @FieldResolver(() => Organisation, { description: 'Who used it.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Adoption) {
    return loader(organisationById).load(organisationId);
  }
}
