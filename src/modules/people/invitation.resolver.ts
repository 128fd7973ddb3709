import { Arg, Args, Ctx, FieldResolver, ID, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import type { InvitationAcceptanceService } from './invitation-acceptance.service.js';
import { Invitation, InvitationConnection } from './invitation.entity.js';
import {
  AcceptInvitationInput,
  AcceptInvitationPayload,
  InvitationPayload,
  InviteMemberInput,
  InviteMemberPayload,
  RevokeInvitationInput,
} from './invitation.input.js';
import type { InvitationService } from './invitation.service.js';
import { personById } from './person.loaders.js';

@Resolver(() => Invitation)
export class InvitationResolver {
  constructor(
    private readonly invitationService: InvitationService,
    private readonly acceptanceService: InvitationAcceptanceService,
  ) {}

  @Guard('member.read')
  @Query(() => InvitationConnection, {
    description: 'The invitations of an organisation that you manage, newest first.',
  })
  invitations(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, { description: 'The organisation.' }) organisationId: string,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<Invitation>> {
    return this.invitationService.list(context, organisationId, page);
  }

  @FieldResolver(() => Organisation, { description: 'The organisation that it leads into.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Invitation) {
    return loader(organisationById).load(organisationId);
  }

  @Guard('member.manage')
  @Mutation(() => InviteMemberPayload, {
    description: 'Invites somebody into an organisation that you manage. An invitation is good for 14 days, and once.',
  })
  async inviteMember(
    @Ctx() { viewer }: Context,
    @Arg('input', () => InviteMemberInput, { description: 'The invitation.' }) input: InviteMemberInput,
  ): Promise<InviteMemberPayload> {
    const { made, errors } = await payload('made', () => this.invitationService.invite(viewer, input));
    return { invitation: made?.invitation ?? null, token: made?.token ?? null, errors };
  }

  @Guard('member.manage')
  @Mutation(() => InvitationPayload, { description: 'Ends an invitation before anybody accepts it.' })
  revokeInvitation(
    @Ctx() { viewer }: Context,
    @Arg('input', () => RevokeInvitationInput, { description: 'The invitation.' }) input: RevokeInvitationInput,
  ): Promise<InvitationPayload> {
    return payload('invitation', () => this.invitationService.revoke(viewer, input));
  }

  @Guard('invitation.accept')
  @Mutation(() => AcceptInvitationPayload, {
    description:
      'Accepts an invitation with its token. With a key or token of your own you get the place, or the higher of two roles; without one you become a person of this server, with a first key.',
  })
  async acceptInvitation(
    @Ctx() context: Context,
    @Arg('input', () => AcceptInvitationInput, { description: 'The token, and who you are.' })
    input: AcceptInvitationInput,
  ): Promise<AcceptInvitationPayload> {
    const { accepted, errors } = await payload('accepted', () => this.acceptanceService.accept(context.viewer, input));
    context.forget();
    // Who came without a credential could not be found otherwise: it is nobody's colleague in this operation.
    if (accepted !== null) context.loader(personById).prime(accepted.person.id, accepted.person);
    return {
      person: accepted?.person ?? null,
      membership: accepted?.membership ?? null,
      apiKey: accepted?.apiKey ?? null,
      secret: accepted?.secret ?? null,
      errors,
    };
  }
}
