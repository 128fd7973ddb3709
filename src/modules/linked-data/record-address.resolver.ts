import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Url } from '../../common/scalars.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { recordPathById } from '../records/record-address.loaders.js';
import { KnowledgeRecord } from '../records/record.entity.js';

@Resolver(() => KnowledgeRecord)
export class RecordAddressResolver {
  /** @param base gives the address of the server as clients know it, without a slash at the end */
  constructor(private readonly base: () => string) {}

  @Guard('record.read')
  @FieldResolver(() => Url, {
    description:
      'Its persistent address, which never changes: a page, JSON-LD, Turtle or a citation, as the client accepts. Answers once it is published, and says so when it was taken back.',
  })
  async url(@Ctx() { loader }: Context, @Root() { id }: KnowledgeRecord): Promise<string> {
    return `${this.base()}${await loader(recordPathById).load(id)}`;
  }
}
