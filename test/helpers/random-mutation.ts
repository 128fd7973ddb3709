/** Random mutations: every one of a schema, with inputs that are valid by type and mostly not by rule. */
import fc from 'fast-check';
import {
  getNamedType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
} from 'graphql';
import { writeOperation, type Operation, type Selection } from './random-document.js';
import type { RealValues } from './random-sources.js';
import { percent, ValueArbitraries, withoutVariables, type Entry, type InputValue } from './random-values.js';

type Field = GraphQLField<unknown, unknown>;

export interface Mutation extends Operation {
  /** Of the mutation's field. */
  readonly name: string;
}

/** One mutation at a time; its payload is asked for `errors` whole, and of everything else whether it is there. */
export function randomMutation(schema: GraphQLSchema, real: RealValues): fc.Arbitrary<Mutation> {
  const values = new ValueArbitraries(schema, { real, oddPercent: 8, givenPercent: 35 });
  const fields = Object.values(schema.getMutationType()!.getFields());
  return fc.oneof(...fields.map((field) => mutation(schema, field, values)));
}

function mutation(schema: GraphQLSchema, field: Field, values: ValueArbitraries): fc.Arbitrary<Mutation> {
  const given = field.args.map((argument): fc.Arbitrary<readonly Entry[]> => {
    const value = values.value(argument.type, argument.name, argument.defaultValue !== undefined);
    // As clients send it: whole, in a variable.
    const sent = value.map(withoutVariables).map((whole): InputValue => {
      return { kind: 'variable', type: String(argument.type), sent: whole, defaultValue: undefined };
    });
    const entries = percent(60, sent, value).map((chosen): readonly Entry[] => [[argument.name, chosen]]);
    return isRequiredArgument(argument) ? entries : percent(50, entries, fc.constant([]));
  });
  return fc.tuple(...given).map((entries) => ({
    name: field.name,
    ...writeOperation(schema, 'mutation', [select(field, payload(getNamedType(field.type)), entries.flat())]),
  }));
}

function payload(type: GraphQLNamedType): readonly Selection[] {
  if (!isObjectType(type)) return isLeafType(type) ? [] : [select(undefined)];
  return Object.values(type.getFields()).map((field) => {
    const inner = getNamedType(field.type);
    if (isLeafType(inner)) return select(field);
    if (field.name !== 'errors' || !isObjectType(inner)) return select(field, [select(undefined)]);
    return select(
      field,
      Object.values(inner.getFields()).map((part) => select(part)),
    );
  });
}

function select(
  field: Field | undefined,
  selections: readonly Selection[] = [],
  given: readonly Entry[] = [],
): Selection {
  return { kind: 'field', field, alias: undefined, given, directives: [], selections };
}
