import { Ctx, Field, FieldResolver, ObjectType, Query, registerEnumType, Resolver, Root } from 'type-graphql';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { can } from '../../platform/auth/permissions.js';
import { ROLES, type Viewer } from '../../platform/auth/viewer.js';
import { Organisation } from '../directory/organisation.entity.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { ApiKey, ApiKeyScope } from './api-key.entity.js';
import { Membership, Person } from './person.entity.js';
import { membershipsOfPerson, ownApiKey, personById } from './person.loaders.js';

export enum ViewerRole {
  ANONYMOUS = 'ANONYMOUS',
  PERSON = 'PERSON',
  CONTRIBUTOR = 'CONTRIBUTOR',
  EDITOR = 'EDITOR',
  MANAGER = 'MANAGER',
  ADMIN = 'ADMIN',
}

registerEnumType(ViewerRole, {
  name: 'ViewerRole',
  description: 'The most that somebody is to any organisation. What a key may be used for is for its scopes to say.',
  valuesConfig: {
    ANONYMOUS: { description: 'Nobody signed in: may read what is published.' },
    PERSON: { description: 'Somebody without a place in any organisation, yet.' },
    CONTRIBUTOR: { description: 'Reads drafts, writes, submits for review, comments.' },
    EDITOR: { description: 'Also reviews, publishes and retracts.' },
    MANAGER: { description: 'Also looks after people, keys and settings.' },
    ADMIN: { description: 'The operator, who may do everything.' },
  },
});

@ObjectType('Viewer', { description: 'Who is asking.', simpleResolvers: true })
class ViewerInformation {
  @Field(() => ViewerRole, { description: 'The most that you are to any organisation.' })
  role: ViewerRole;

  @Field(() => Boolean, { description: 'Whether you may write for any organisation.' })
  canWrite: boolean;

  @Field(() => Boolean, { description: 'Whether you may review and publish for any organisation.' })
  canPublish: boolean;

  @Field(() => [ApiKeyScope], { description: 'What your credential may be used for.' })
  scopes: ApiKeyScope[];
}

@Resolver(() => ViewerInformation)
export class ViewerResolver {
  @Guard('viewer.read')
  @Query(() => ViewerInformation, { description: 'Who you are to this server.' })
  viewer(@Ctx() { viewer }: Context): ViewerInformation {
    return {
      role: roleOf(viewer),
      canWrite: can(viewer, 'record.create'),
      canPublish: can(viewer, 'record.publish'),
      scopes: viewer.scopes as ApiKeyScope[],
    };
  }

  @Guard('viewer.read')
  @FieldResolver(() => Person, {
    nullable: true,
    description:
      'The person that you are; null without a credential, for the operator’s key and for an organisation’s.',
  })
  person(@Ctx() { viewer, loader }: Context): Promise<Person | null> | null {
    return viewer.personId === null ? null : loader(personById).load(viewer.personId);
  }

  @Guard('viewer.read')
  @FieldResolver(() => [Membership], { description: 'Your places in organisations.' })
  memberships(@Ctx() { viewer, loader }: Context): Promise<Membership[]> | Membership[] {
    return viewer.personId === null ? [] : loader(membershipsOfPerson).load(viewer.personId);
  }

  @Guard('viewer.read')
  @FieldResolver(() => ApiKey, { nullable: true, description: 'The key that you came with, if it is one of this API.' })
  apiKey(@Ctx() { viewer, loader }: Context): Promise<ApiKey | null> | null {
    return viewer.apiKeyId === null ? null : loader(ownApiKey).load(viewer.apiKeyId);
  }
}

@Resolver(() => Membership)
export class MembershipResolver {
  @FieldResolver(() => Organisation, { description: 'Where the place is.' })
  organisation(@Ctx() { loader }: Context, @Root() { organisationId }: Membership) {
    return loader(organisationById).load(organisationId);
  }

  @Guard('member.read')
  @FieldResolver(() => Person, { description: 'Who has it.' })
  person(@Ctx() { loader }: Context, @Root() { personId }: Membership) {
    return loader(personById).load(personId);
  }
}

function roleOf({ kind, memberships }: Viewer): ViewerRole {
  if (kind === 'ADMIN' || kind === 'ANONYMOUS') return ViewerRole[kind];
  const highest = Math.max(-1, ...memberships.map(({ role }) => ROLES.indexOf(role)));
  return highest < 0 ? ViewerRole.PERSON : ViewerRole[ROLES[highest]!];
}
