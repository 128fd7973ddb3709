import { getOperationAST, parse } from 'graphql';
import { MINIMUM_COST } from '../../src/platform/limits/cost.js';

/** Asks an operation for {@link MINIMUM_COST} points more, so that the least price does not hide what the rest of it costs. */
export function aboveMinimumCost(query: string): string {
  const { start } = getOperationAST(parse(query))!.selectionSet.loc!;
  const aliases = Array.from({ length: MINIMUM_COST }, (_, n) => `least${n}: __typename`).join(' ');
  return `${query.slice(0, start + 1)} ${aliases} ${query.slice(start + 1)}`;
}
