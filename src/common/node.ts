import { Field, ID, InterfaceType } from 'type-graphql';

/** What has an identity of its own: https://relay.dev/graphql/objectidentification.htm. Rows carry `__typename` to tell which. */
@InterfaceType('Node', {
  description: 'Something with an identity of its own, that can be fetched again by it.',
  resolveType: (value: { __typename: string }) => value.__typename,
})
export abstract class Node {
  @Field(() => ID, {
    description: 'Its identity: unique over everything, the same for ever. Opaque: compare it, do not read it.',
  })
  id: string;
}
