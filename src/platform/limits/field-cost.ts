/** What one field costs by itself, without what lies below it. */
import type { FieldNode, GraphQLField } from 'graphql';
import { declaredCost, type CostArguments, type DeclaredCost } from '../../common/cost.js';

/** What a field of the mutation type costs that declares nothing else: a transaction with its entry in the log. */
export const MUTATION_COST = 10;

export type Field = GraphQLField<unknown, unknown>;

/** What a field declares; mutations need not. */
export function weightOf(field: Field, isMutation: boolean): DeclaredCost {
  return declaredCost(field) ?? (isMutation ? MUTATION_COST : 0);
}

export function pointsOf(weight: DeclaredCost, values: CostArguments): number {
  if (typeof weight === 'number') return weight;
  const points = weight(values);
  // A figure that is no number would pass every comparison.
  return points >= 0 ? points : Infinity;
}

/** A scalar is free, unless it has an alias: with aliases one field can be asked for a thousand times on each object. */
export function leafCost(node: FieldNode): number {
  return node.alias === undefined ? 0 : 1;
}
