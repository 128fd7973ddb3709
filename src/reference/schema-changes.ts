/** What became of the schema from one release to the next. */
import {
  type GraphQLArgument,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';

export interface SchemaChanges {
  /** Coordinates, e.g. `CaseStudy.funding`; the members of a new type are not told one by one. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  /** With the type before and after. */
  readonly changed: readonly string[];
  readonly deprecated: readonly Deprecation[];
}

export interface Deprecation {
  readonly coordinate: string;
  /** Names the replacement and the day of the removal. */
  readonly reason: string;
}

interface Element {
  readonly type: string;
  readonly deprecationReason: string | null;
}

/** @see https://github.com/graphql/graphql-wg/blob/main/rfcs/SchemaCoordinates.md */
export function schemaChanges(before: GraphQLSchema, after: GraphQLSchema): SchemaChanges {
  const old = elements(before);
  const now = elements(after);
  return {
    added: missing(now, old),
    removed: missing(old, now),
    changed: [...now].flatMap(([coordinate, { type }]) => {
      const was = old.get(coordinate)?.type;
      return was === undefined || was === type ? [] : [`${coordinate}: ${was} is now ${type}`];
    }),
    deprecated: deprecations(after).filter(({ coordinate }) => !old.get(coordinate)?.deprecationReason),
  };
}

/** Everything that is deprecated now. */
export function deprecations(schema: GraphQLSchema): Deprecation[] {
  return [...elements(schema)].flatMap(([coordinate, { deprecationReason }]) =>
    deprecationReason === null ? [] : [{ coordinate, reason: deprecationReason }],
  );
}

/** What is in `those` and not in `others`; of what is missing as a whole, the whole. */
function missing(those: ReadonlyMap<string, Element>, others: ReadonlyMap<string, Element>): string[] {
  return [...those.keys()].filter((coordinate) => {
    const whole = parentOf(coordinate);
    return !others.has(coordinate) && (whole === null || others.has(whole));
  });
}

function parentOf(coordinate: string): string | null {
  if (coordinate.endsWith(':)')) return coordinate.slice(0, coordinate.indexOf('('));
  const dot = coordinate.indexOf('.');
  return dot < 0 ? null : coordinate.slice(0, dot);
}

function elements(schema: GraphQLSchema): Map<string, Element> {
  const found = new Map<string, Element>();
  const add = (
    coordinate: string,
    { type, deprecationReason }: { type?: unknown; deprecationReason?: string | null | undefined },
  ) => found.set(coordinate, { type: String(type), deprecationReason: deprecationReason ?? null });
  const types = Object.values(schema.getTypeMap()).filter(
    (type) => !type.name.startsWith('__') && !isSpecifiedScalarType(type),
  );
  for (const type of types) {
    add(type.name, { type: type.constructor.name });
    if (isEnumType(type)) {
      for (const value of type.getValues()) add(`${type.name}.${value.name}`, value);
    } else if (isObjectType(type) || isInterfaceType(type) || isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        const coordinate = `${type.name}.${field.name}`;
        add(coordinate, field);
        const args: readonly GraphQLArgument[] = 'args' in field ? field.args : [];
        for (const argument of args) add(`${coordinate}(${argument.name}:)`, argument);
      }
    }
  }
  return found;
}
