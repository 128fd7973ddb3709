import { Arg, Args, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { ChangeMemberRoleInput, MembershipPayload, RemoveMemberInput } from './member.input.js';
import type { Member, MemberService } from './member.service.js';
import { type Membership, MembershipConnection } from './person.entity.js';
import { personById } from './person.loaders.js';

@Resolver()
export class MemberResolver {
  constructor(private readonly memberService: MemberService) {}

  @Guard('member.read')
  @Query(() => MembershipConnection, {
    description: 'The people of an organisation that you manage, in the order in which they came.',
  })
  members(
    @Ctx() context: Context,
    @Arg('organisationId', () => ID, { description: 'The organisation.' }) organisationId: string,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<Membership>> {
    return this.memberService.list(context, organisationId, page);
  }

  @Guard('member.manage')
  @Mutation(() => MembershipPayload, {
    description: 'Gives a member of an organisation that you manage another role. Its last manager stays one.',
  })
  changeMemberRole(
    @Ctx() context: Context,
    @Arg('input', () => ChangeMemberRoleInput, { description: 'Who, and the role.' }) input: ChangeMemberRoleInput,
  ): Promise<MembershipPayload> {
    return membershipPayload(context, () => this.memberService.changeRole(context.viewer, input));
  }

  @Guard('member.manage')
  @Mutation(() => MembershipPayload, {
    description:
      'Takes a member out of an organisation that you manage, or yourself out of any. Its last manager stays. What was written stays, too. A place that comes with tokens comes back with the next token that says so.',
  })
  removeMember(
    @Ctx() context: Context,
    @Arg('input', () => RemoveMemberInput, { description: 'Who.' }) input: RemoveMemberInput,
  ): Promise<MembershipPayload> {
    return membershipPayload(context, () => this.memberService.remove(context.viewer, input));
  }
}

async function membershipPayload(context: Context, work: () => Promise<Member>): Promise<MembershipPayload> {
  const { member, errors } = await payload('member', work);
  context.forget();
  // Once removed, the person is nobody whom the viewer could look up.
  if (member !== null) context.loader(personById).prime(member.person.id, member.person);
  return { membership: member?.membership ?? null, errors };
}
