import { Extensions } from 'type-graphql';
import type { Action } from './permissions.js';

/**
 * Declares by which action of the table a field is guarded, for those who read the schema. The guard itself stands in the
 * service or, for what may be seen, in the statement: a decorator protects nothing.
 *
 * @param own by which action it is guarded instead where it is about the viewer's own person
 */
export function Guard(action: Action, own?: Action): MethodDecorator & PropertyDecorator {
  return Extensions(own === undefined ? { action } : { action, own }) as MethodDecorator & PropertyDecorator;
}
