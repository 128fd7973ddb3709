/** What a field costs besides the objects that it returns. */
import type { GraphQLField } from 'graphql';
import { Extensions } from 'type-graphql';

/** A field's arguments, with their defaults. */
export type CostArguments = Readonly<Record<string, unknown>>;

/** Points, or how to work them out from the field's arguments; such a function must not throw. */
export type DeclaredCost = number | ((values: CostArguments) => number);

/**
 * Declares that a field costs more than the objects it returns, each of which is a point: once for every time that it is
 * resolved. For what is dear however little comes of it, such as a count over a whole table.
 */
export function Cost(cost: DeclaredCost): MethodDecorator & PropertyDecorator {
  return Extensions({ cost });
}

/** What was declared for a field by {@link Cost}; undefined for nothing. */
export function declaredCost({ extensions }: GraphQLField<unknown, unknown>): DeclaredCost | undefined {
  return extensions['cost'] as DeclaredCost | undefined;
}
