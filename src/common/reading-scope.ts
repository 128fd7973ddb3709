/** Objects that were read in a scope of their own, say as of a time: what is read below them is read in that scope, too. */
import { type GraphQLSchema, isObjectType } from 'graphql';

const SCOPE = Symbol('reading scope');

interface Scoped {
  [SCOPE]?: object | undefined;
}

/** Says in which scope an object was read: the context that resolvers of its fields are given. Copies by spread have it, too. */
export function setScope(object: object, scope: object): void {
  (object as Scoped)[SCOPE] = scope;
}

/** Gives an object the scope of the one that it was made of, if that has any. */
export function inScopeOf<Made extends object>(source: object, made: Made): Made {
  const scope = (source as Scoped)[SCOPE];
  if (scope !== undefined) setScope(made, scope);
  return made;
}

/**
 * Makes every resolver of the schema read in the scope of its object. For all of them at once: one that was forgotten
 * would answer with what is true at another time than all around it.
 */
export function keepScopes(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type === schema.getMutationType() || type === schema.getSubscriptionType()) continue;
    for (const field of Object.values(type.getFields())) {
      const { resolve } = field;
      if (resolve === undefined) continue;
      field.resolve = (source, values, context, info) =>
        resolve(source, values, (source as Scoped | undefined)?.[SCOPE] ?? context, info);
    }
  }
}
