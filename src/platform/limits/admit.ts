/** What one operation may ask for at the most. */
import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { requestError } from '../../common/errors.js';
import type { OperationCost } from './cost.js';
import { operationDepth } from './depth.js';

/** Fields on the longest path. The deepest operation of the explorer has 6. */
export const MAXIMUM_DEPTH = 15;
/** Points, e.g. a page of a thousand records with some forty objects below each. Introspection costs 2,739. */
export const MAXIMUM_COST = 20_000;
/** Fields of the root type, aliases included: each is a statement or more, even when it finds nothing. */
export const MAXIMUM_ROOT_FIELDS = 50;

/**
 * Lets an operation pass whose size is within bounds.
 *
 * @param document valid against the schema
 * @throws QUERY_TOO_DEEP, QUERY_TOO_EXPENSIVE
 */
export function admit(
  document: DocumentNode,
  operation: OperationDefinitionNode,
  { points, rootFields, dearestField }: OperationCost,
): void {
  const depth = operationDepth(document, operation);
  if (depth > MAXIMUM_DEPTH) {
    throw requestError(
      'QUERY_TOO_DEEP',
      `The operation is ${depth} fields deep; at most ${MAXIMUM_DEPTH} are possible. Ask for the inner part by itself, by id.`,
      { depth, maximumDepth: MAXIMUM_DEPTH },
    );
  }
  // Written so that a figure that is no number is refused too.
  if (!(rootFields <= MAXIMUM_ROOT_FIELDS)) {
    throw requestError(
      'QUERY_TOO_EXPENSIVE',
      `The operation has ${rootFields} fields at its root; at most ${MAXIMUM_ROOT_FIELDS} are possible. Send several operations.`,
      { rootFields, maximumRootFields: MAXIMUM_ROOT_FIELDS },
    );
  }
  if (!(points <= MAXIMUM_COST)) {
    throw requestError(
      'QUERY_TOO_EXPENSIVE',
      `The operation may cost ${points} points; at most ${MAXIMUM_COST} are possible. The dearest part of it is ` +
        `\`${dearestField}\`: ask for a smaller page there (\`first\`), or leave it out.`,
      { field: dearestField, maximumCost: MAXIMUM_COST },
    );
  }
}
