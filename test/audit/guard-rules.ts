/** What the schema declares of its guards. Each rule gives one line for each place that breaks it. */
import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  isInterfaceType,
  isIntrospectionType,
  isLeafType,
  isObjectType,
} from 'graphql';

type Field = GraphQLField<unknown, unknown>;

export interface FieldPlace {
  /** Where it is, e.g. `Query.node`. */
  readonly place: string;
  readonly parent: GraphQLNamedType;
  readonly field: Field;
}

/** The actions by which a field says that it is guarded. */
export function declaredActions({ extensions }: Field): string[] {
  return [extensions['action'], extensions['own']].filter((action) => action !== undefined) as string[];
}

export function rootFields(schema: GraphQLSchema): FieldPlace[] {
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  return fieldsOf(schema).filter(({ parent }) => roots.some((root) => root === parent));
}

function fieldsOf(schema: GraphQLSchema): FieldPlace[] {
  return Object.values(schema.getTypeMap())
    .filter((type) => !isIntrospectionType(type))
    .filter((type) => isObjectType(type) || isInterfaceType(type))
    .flatMap((parent) =>
      Object.values(parent.getFields()).map((field) => ({ place: `${parent.name}.${field.name}`, parent, field })),
    );
}

/** Every root field is guarded by an action; no field is by one that there is not; no action is without a field. */
export function wrongActions(schema: GraphQLSchema, actions: readonly string[]): string[] {
  const declared = fieldsOf(schema).flatMap(({ place, field }) =>
    declaredActions(field).map((action) => ({ place, action })),
  );
  return [
    ...rootFields(schema)
      .filter(({ field }) => field.extensions['action'] === undefined)
      .map(({ place }) => `${place} declares no action`),
    ...declared
      .filter(({ action }) => !actions.includes(action))
      .map(({ place, action }) => `${place} declares ${action}, which is no action`),
    ...actions
      .filter((action) => declared.every((one) => one.action !== action))
      .map((action) => `${action} guards nothing`),
  ];
}

/**
 * Fields by which one comes to what not everybody may see, and which declare no guard. Every type counts as such, also one
 * that is new, unless it is named as open.
 *
 * @param openTypes types whose objects everybody may see who gets to their parent
 */
export function unguardedFields(schema: GraphQLSchema, openTypes: readonly string[]): string[] {
  return fieldsOf(schema)
    .filter(({ parent, field }) => !isOpen(getNamedType(field.type), openTypes) && !comesWithParent(parent, field))
    .filter(({ field }) => declaredActions(field).length === 0)
    .map(({ place, field }) => `${place} gives ${String(field.type)} and declares no guard`);
}

/** A page, entry or payload is as open as what it holds. */
function isOpen(type: GraphQLNamedType, openTypes: readonly string[]): boolean {
  if (isLeafType(type) || openTypes.includes(type.name)) return true;
  if (!isObjectType(type) || !/(Connection|Edge|Payload)$/.test(type.name)) return false;
  return Object.values(type.getFields()).every((field) => isOpen(getNamedType(field.type), openTypes));
}

/**
 * These fields fetch nothing: they hand out what the field that gave the page, its entry or the payload has fetched. That
 * one must be guarded, for a page of what is not open is itself not open.
 */
function comesWithParent(parent: GraphQLNamedType, { name }: Field): boolean {
  if (parent.name.endsWith('Connection')) return name === 'edges' || name === 'nodes';
  return parent.name.endsWith('Edge') ? name === 'node' : parent.name.endsWith('Payload');
}
