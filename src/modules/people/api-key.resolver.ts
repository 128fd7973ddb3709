import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { ApiKey, ApiKeyConnection } from './api-key.entity.js';
import { CreateApiKeyInput, CreateApiKeyPayload, RevokeApiKeyInput, RevokeApiKeyPayload } from './api-key.input.js';
import type { ApiKeyService } from './api-key.service.js';
import { Person } from './person.entity.js';
import { personById } from './person.loaders.js';

@Resolver(() => ApiKey)
export class ApiKeyResolver {
  constructor(private readonly service: ApiKeyService) {}

  @Guard('key.manage', 'key.manage-own')
  @Query(() => ApiKeyConnection, {
    description: 'Keys, newest first, also those that are revoked or over. Their secrets are not kept.',
  })
  apiKeys(
    @Ctx() context: Context,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
    @Arg('organisationId', () => ID, {
      nullable: true,
      description: 'The organisation whose systems have them; left out, your own keys (for the operator: all keys).',
    })
    organisationId?: string | null,
  ): Promise<Connection<ApiKey>> {
    return this.service.list(context, page, organisationId ?? null);
  }

  @Guard('key.manage', 'key.manage-own')
  @Mutation(() => CreateApiKeyPayload, {
    description:
      'Makes a key of your own, or of a system of an organisation. The answer is the only place of its secret.',
  })
  async createApiKey(
    @Ctx() context: Context,
    @Arg('input', () => CreateApiKeyInput, { description: 'The key.' }) input: CreateApiKeyInput,
  ): Promise<CreateApiKeyPayload> {
    const { made, errors } = await payload('made', () => this.service.create(context.viewer, input));
    context.forget();
    return { apiKey: made?.apiKey ?? null, secret: made?.secret ?? null, errors };
  }

  @Guard('key.manage', 'key.manage-own')
  @Mutation(() => RevokeApiKeyPayload, {
    description:
      'Revokes a key, for good: one of your own, or of an organisation that you manage. Requests with it are refused at once, and open connections end within a second. The keys of a member are not yours to revoke: they lose your organisation when the member is removed from it.',
  })
  async revokeApiKey(
    @Ctx() context: Context,
    @Arg('input', () => RevokeApiKeyInput, { description: 'The key.' }) input: RevokeApiKeyInput,
  ): Promise<RevokeApiKeyPayload> {
    const revoked = await payload('apiKey', () => this.service.revoke(context.viewer, input));
    context.forget();
    return revoked;
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The organisation whose system has it; null for a key of a person.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: ApiKey) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }

  @Guard('member.read')
  @FieldResolver(() => Person, {
    nullable: true,
    description:
      'Who made it, also by a key of the organisation that they had made; null when that was the operator, or is not for you to see.',
  })
  madeBy(@Ctx() { loader }: Context, @Root() { madeBy }: ApiKey) {
    return madeBy === null ? null : loader(personById).load(madeBy);
  }
}
