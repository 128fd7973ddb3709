/** The history of records: who wrote each version, and what it changed. */
import { Arg, Args, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { ConnectionArguments } from '../../common/connection.js';
import { Cost } from '../../common/cost.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Author } from './author.js';
import { KnowledgeRecord } from './record.entity.js';
import { FieldChange } from './revision-difference.js';
import { Revision, RevisionConnection } from './revision.entity.js';
import {
  authorOfRevision,
  changesOfRevision,
  differenceOfRecord,
  revisionOfRecord,
  revisionsOfRecord,
} from './revision.loaders.js';

/** Two whole contents are read and compared. */
const COMPARISON_COST = 5;

@Resolver(() => Revision)
export class RevisionResolver {
  @Guard('record.read')
  @FieldResolver(() => Author, {
    nullable: true,
    description:
      'Who wrote this version, for those who may see the drafts of the record. Others see people who agreed to be named in public, and null for everybody else.',
  })
  author(@Ctx() { loader }: Context, @Root() { id }: Revision) {
    return loader(authorOfRevision).load(id);
  }

  @Guard('record.read')
  @Cost(COMPARISON_COST)
  @FieldResolver(() => [FieldChange], {
    description: 'What it changed: how it differs from the version before it that you may see. Empty for the first.',
  })
  changes(@Ctx() { loader }: Context, @Root() { id }: Revision) {
    return loader(changesOfRevision).load(id);
  }
}

@Resolver(() => KnowledgeRecord)
export class RecordHistoryResolver {
  @Guard('record.read')
  @FieldResolver(() => RevisionConnection, {
    description: 'Its versions, newest first: those that were published, or all for those who may see drafts.',
  })
  revisions(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ) {
    return loader(revisionsOfRecord).load({ parent: id, arguments: { ...page } });
  }

  @Guard('record.read')
  @FieldResolver(() => Revision, {
    nullable: true,
    description: 'One of its versions; null when there is none of this number that you may see.',
  })
  revision(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Arg('version', () => Int, { description: 'The number of the version.' }) version: number,
  ) {
    return loader(revisionOfRecord).load({ parent: id, arguments: { version } });
  }

  @Guard('record.read')
  @Cost(COMPARISON_COST)
  @FieldResolver(() => [FieldChange], {
    nullable: true,
    description: 'How two of its versions differ; null unless both are there and you may see them.',
  })
  difference(
    @Ctx() { loader }: Context,
    @Root() { id }: KnowledgeRecord,
    @Arg('from', () => Int, { description: 'The version to compare with, as a rule the earlier one.' }) from: number,
    @Arg('to', () => Int, { description: 'The version to look at.' }) to: number,
  ) {
    return loader(differenceOfRecord).load({ parent: id, arguments: { from, to } });
  }
}
