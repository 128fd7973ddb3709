import { Arg, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { Digest } from './digest.entity.js';
import { DigestPayload, SetDigestInput } from './digest.input.js';
import type { DigestService } from './digest.service.js';

@Resolver(() => Digest)
export class DigestResolver {
  constructor(private readonly service: DigestService) {}

  @Guard('inbox.use', 'inbox.use-own')
  @Query(() => Digest, {
    nullable: true,
    description: 'How you are told by e-mail what is new in an inbox; null when you never asked to be.',
  })
  digest(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, {
      nullable: true,
      description: 'An organisation, for your digest of its inbox; left out, of your own.',
    })
    organisationId: string | null,
  ): Promise<Digest | null> {
    return this.service.read(context, organisationId);
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The organisation whose inbox it is about; null when that is your own.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Digest) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }

  @Guard('inbox.use', 'inbox.use-own')
  @Mutation(() => DigestPayload, {
    description:
      'Asks for a digest of your inbox by e-mail, or of the inbox of an organisation that you belong to, to your own address; changes it, or ends it. It begins with what comes from now on. An address that is not known to be yours is asked first, by a mail with a link; once an hour at the most.',
  })
  setDigest(
    @Ctx() { viewer }: Context,
    @Arg('input', () => SetDigestInput, { description: 'How often, and in which language.' }) input: SetDigestInput,
  ): Promise<DigestPayload> {
    return payload('digest', () => this.service.set(viewer, input));
  }
}
