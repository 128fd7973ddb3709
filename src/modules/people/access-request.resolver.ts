import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import {
  AccessRequestPayload,
  ApproveAccessRequestInput,
  DeclineAccessRequestInput,
  RequestAccessInput,
  RequestAccessPayload,
} from './access-request.input.js';
import type { AccessRequestService } from './access-request.service.js';
import { AccessRequest, AccessRequestConnection, AccessRequestStatus } from './invitation.entity.js';

@Resolver(() => AccessRequest)
export class AccessRequestResolver {
  constructor(private readonly accessRequestService: AccessRequestService) {}

  @Guard('access.request')
  @Query(() => AccessRequest, {
    nullable: true,
    description:
      'Your own request for access, by the token that you got with it; null when there is none, or no longer.',
  })
  accessRequest(
    @Ctx() context: Context,
    @Arg('token', () => String, { description: 'What `requestAccess` gave.' }) token: string,
  ): Promise<AccessRequest | null> {
    return this.accessRequestService.byToken(context, token);
  }

  @Guard('access.decide')
  @Query(() => AccessRequestConnection, { description: 'Requests for access, for the operator; oldest first.' })
  accessRequests(
    @Ctx() context: Context,
    @Arg('status', () => AccessRequestStatus, { nullable: true, description: 'Only those in this status.' })
    status: AccessRequestStatus | null,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<AccessRequest>> {
    return this.accessRequestService.list(context, status ?? null, page);
  }

  @FieldResolver(() => Organisation, {
    nullable: true,
    description: 'The organisation; null as long as it is not in the directory.',
  })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: AccessRequest) {
    return organisationId === null ? null : loader(organisationById).load(organisationId);
  }

  @Guard('access.request')
  @Mutation(() => RequestAccessPayload, {
    description: 'Asks the operator to make you the first manager of an organisation. It needs no key.',
  })
  async requestAccess(
    @Ctx() { viewer }: Context,
    @Arg('input', () => RequestAccessInput, { description: 'The request.' }) input: RequestAccessInput,
  ): Promise<RequestAccessPayload> {
    const { made, errors } = await payload('made', () => this.accessRequestService.request(viewer, input));
    return { accessRequest: made?.accessRequest ?? null, token: made?.token ?? null, errors };
  }

  @Guard('access.decide')
  @Mutation(() => AccessRequestPayload, {
    description:
      'Grants a request: its token can be used as an invitation for 14 days, and its new partner is in the directory.',
  })
  approveAccessRequest(
    @Ctx() context: Context,
    @Arg('input', () => ApproveAccessRequestInput, { description: 'The request.' }) input: ApproveAccessRequestInput,
  ): Promise<AccessRequestPayload> {
    return payload('accessRequest', () => this.accessRequestService.approve(context.viewer, input));
  }

  @Guard('access.decide')
  @Mutation(() => AccessRequestPayload, { description: 'Declines a request.' })
  declineAccessRequest(
    @Ctx() context: Context,
    @Arg('input', () => DeclineAccessRequestInput, { description: 'The request.' }) input: DeclineAccessRequestInput,
  ): Promise<AccessRequestPayload> {
    return payload('accessRequest', () => this.accessRequestService.decline(context.viewer, input));
  }
}
