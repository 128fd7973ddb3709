import { Args, ArgsType, Ctx, Field, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { DateTime } from '../../common/scalars.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { ApiKey } from './api-key.entity.js';
import { AuditEntry, AuditEntryConnection } from './audit-entry.entity.js';
import type { AuditLogService } from './audit-log.service.js';
import { Person } from './person.entity.js';
import { apiKeyById, personById } from './person.loaders.js';

@ArgsType()
class AuditLogArguments extends ConnectionArguments {
  @Field(() => ID, {
    nullable: true,
    description: 'The organisation for which things were done; only the operator may leave it out.',
  })
  organisationId?: string | null;

  @Field(() => ID, { nullable: true, description: 'Only what this person did.' })
  personId?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: 'Only these actions, by their names in the table of permissions.',
  })
  actions?: string[] | null;

  @Field(() => DateTime, { nullable: true, description: 'Only what was done then or later.' })
  since?: Date | null;

  @Field(() => DateTime, { nullable: true, description: 'Only what was done before then.' })
  until?: Date | null;
}

@Resolver(() => AuditEntry)
export class AuditLogResolver {
  constructor(private readonly service: AuditLogService) {}

  @Guard('audit-log.read')
  @Query(() => AuditEntryConnection, {
    description:
      'Who did what for an organisation, with which key, newest first. What was refused did not happen, and is not in it.',
  })
  auditLog(
    @Ctx() context: Context,
    @Args(() => AuditLogArguments) { organisationId, personId, actions, since, until, ...page }: AuditLogArguments,
  ): Promise<Connection<AuditEntry>> {
    return this.service.list(context, page, { organisationId, personId, actions, since, until });
  }

  @Guard('member.read')
  @FieldResolver(() => Person, {
    nullable: true,
    description:
      'The person who did it; null when it was none, or one who is no longer in an organisation that you manage.',
  })
  person(@Ctx() { loader }: Context, @Root() { personId }: AuditEntry) {
    return personId === null ? null : loader(personById).load(personId);
  }

  @FieldResolver(() => ID, {
    nullable: true,
    description: 'The id of the key that was used, one of this API; null for a token and for the operator’s key.',
  })
  apiKeyId(@Root() { apiKeyId }: AuditEntry): string | null {
    return apiKeyId;
  }

  @Guard('key.manage', 'key.manage-own')
  @FieldResolver(() => ApiKey, {
    nullable: true,
    description: 'That key, if it is one of your own or of an organisation that you manage.',
  })
  apiKey(@Ctx() { loader }: Context, @Root() { apiKeyId }: AuditEntry) {
    return apiKeyId === null ? null : loader(apiKeyById).load(apiKeyId);
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'For which organisation; null when it was for none.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: AuditEntry) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }
}
