import { Arg, Args, Ctx, FieldResolver, Mutation, Query, Resolver, Root } from 'type-graphql';
import { type Connection, ConnectionArguments } from '../../common/connection.js';
import { payload } from '../../common/payload.js';
import { Url } from '../../common/scalars.js';
import type { Context } from '../../platform/auth/context.js';
import { Guard } from '../../platform/auth/guard.js';
import { Snapshot, SnapshotConnection, SnapshotFile, SnapshotState, stateOf } from './snapshot.entity.js';
import { TakeSnapshotInput, TakeSnapshotPayload } from './snapshot.input.js';
import { snapshotFiles } from './snapshot.loaders.js';
import type { SnapshotService } from './snapshot.service.js';
import { fileUrl, snapshotUrl } from './snapshot-wording.js';

@Resolver(() => Snapshot)
export class SnapshotResolver {
  /** @param base gives the address of the server as clients know it, without a slash at the end */
  constructor(
    private readonly service: SnapshotService,
    private readonly base: () => string,
  ) {}

  @Guard('snapshot.read')
  @Query(() => SnapshotConnection, {
    description:
      'Snapshots of everything that was public, newest first, also those whose files are not there any more.',
  })
  snapshots(
    @Ctx() context: Context,
    @Args(() => ConnectionArguments) page: ConnectionArguments,
  ): Promise<Connection<Snapshot>> {
    return this.service.list(context, page);
  }

  @Guard('snapshot.take')
  @Mutation(() => TakeSnapshotPayload, {
    description: 'Takes a snapshot of everything that is public now, besides those that are taken at intervals.',
  })
  takeSnapshot(
    @Ctx() context: Context,
    @Arg('input', () => TakeSnapshotInput, { description: 'The snapshot.' }) input: TakeSnapshotInput,
  ): Promise<TakeSnapshotPayload> {
    return payload('snapshot', () => this.service.take(context, input));
  }

  @FieldResolver(() => Url, { description: 'Its page, which never changes its address.' })
  url(@Root() { name }: Snapshot): string {
    return snapshotUrl(this.base(), name);
  }

  @FieldResolver(() => SnapshotState, { description: 'What has become of it.' })
  state(@Root() snapshot: Snapshot): SnapshotState {
    return stateOf(snapshot);
  }

  @FieldResolver(() => [SnapshotFile], {
    description:
      'Its files, by name; empty while they are written. Of a snapshot that is withdrawn or removed they tell what there was.',
  })
  async files(@Ctx() { loader }: Context, @Root() { id, name }: Snapshot): Promise<SnapshotFile[]> {
    const files = await loader(snapshotFiles).load(id);
    return files.map((file) => ({ ...file, url: fileUrl(this.base(), name, file.name) }));
  }
}
