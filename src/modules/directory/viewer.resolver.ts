import { Ctx, Field, ObjectType, Query, registerEnumType, Resolver } from 'type-graphql';
import type { Context } from '../../platform/auth/context.js';
import { can } from '../../platform/auth/permissions.js';

export enum ViewerRole {
  ANONYMOUS = 'ANONYMOUS',
  ADMIN = 'ADMIN',
}

registerEnumType(ViewerRole, {
  name: 'ViewerRole',
  description: 'What somebody may do.',
  valuesConfig: {
    ANONYMOUS: { description: 'Nobody signed in: may read what is published.' },
    ADMIN: { description: 'May do everything.' },
  },
});

@ObjectType('Viewer', { description: 'Who is asking.', simpleResolvers: true })
class ViewerInformation {
  @Field(() => ViewerRole, { description: 'What you may do.' })
  role: ViewerRole;

  @Field(() => Boolean, { description: 'Whether you may write.' })
  canWrite: boolean;

  @Field(() => Boolean, { description: 'Whether you may review and publish.' })
  canPublish: boolean;
}

@Resolver()
export class ViewerResolver {
  @Query(() => ViewerInformation, { description: 'Who you are to this server.' })
  viewer(@Ctx() { viewer }: Context): ViewerInformation {
    return {
      role: viewer.role as ViewerRole,
      canWrite: can(viewer, 'record.create'),
      canPublish: can(viewer, 'record.review'),
    };
  }
}
