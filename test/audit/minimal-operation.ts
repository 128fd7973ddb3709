/** The smallest operation that a root field accepts, made from the schema and a few values. */
import {
  getNamedType,
  getNullableType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLInputType,
  isEnumType,
  isInputObjectType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
} from 'graphql';

export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Gives the value of a place: of `publish.id`, say, which is a field of the input, or an argument. Undefined where there is
 * none; what is optional is then left out.
 */
export type ValueOf = (fieldName: string, valueName: string) => unknown;

/**
 * Makes the operation.
 *
 * @throws Error when something is required for which there is no value
 */
export function minimalOperation(
  kind: 'query' | 'mutation',
  field: GraphQLField<unknown, unknown>,
  valueOf: ValueOf,
): Operation {
  const variables: Record<string, unknown> = {};
  const used: GraphQLArgument[] = [];
  for (const argument of field.args) {
    const value = valueFor(field.name, argument, valueOf);
    if (value === undefined) continue;
    variables[argument.name] = value;
    used.push(argument);
  }
  const declared = used.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const given = used.map(({ name }) => `${name}: $${name}`).join(', ');
  const name = used.length === 0 ? field.name : `${field.name}(${given})`;
  return { query: `${kind}${used.length === 0 ? '' : ` (${declared})`} { ${name}${selectionOf(field)} }`, variables };
}

function valueFor(
  fieldName: string,
  { name, type, defaultValue }: GraphQLArgument | GraphQLInputField,
  valueOf: ValueOf,
): unknown {
  const nullable = getNullableType(type);
  const isRequired = isNonNullType(type) && defaultValue === undefined;
  if (isInputObjectType(nullable) && isRequired) {
    return Object.fromEntries(
      Object.values(nullable.getFields()).flatMap((inputField) => {
        const value = valueFor(fieldName, inputField, valueOf);
        return value === undefined ? [] : [[inputField.name, value]];
      }),
    );
  }
  const value = valueOf(fieldName, name) ?? (isRequired ? valueOfType(nullable) : undefined);
  if (value === undefined && isRequired) {
    throw new Error(`${fieldName} requires ${name}: ${String(type)}: add a value for it to this test.`);
  }
  return value;
}

function valueOfType(type: GraphQLInputType): unknown {
  if (isEnumType(type)) return type.getValues()[0]!.name;
  if (!isListType(type)) return undefined;
  const value = valueOfType(getNullableType(type.ofType));
  return value === undefined ? undefined : [value];
}

function selectionOf(field: GraphQLField<unknown, unknown>): string {
  const type = getNamedType(field.type);
  if (isLeafType(type)) return '';
  const fields = isObjectType(type) ? type.getFields() : {};
  if ('nodes' in fields) return ' { nodes { __typename } }';
  return 'errors' in fields ? ' { errors { code } }' : ' { __typename }';
}
