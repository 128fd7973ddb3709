/** An operation to begin with for each field that an operation can begin with. */
import {
  getNamedType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  isAbstractType,
  isLeafType,
  isObjectType,
  isInterfaceType,
  isRequiredArgument,
} from 'graphql';

/** Fields of a thing that say most in an example, when there are many. */
const SHOWN = 6;
/** What lists of a page or a payload hold, and what goes into it. */
const WRAPPERS: Readonly<Record<string, true>> = { nodes: true, errors: true, framework: true };
const DEEPEST = 3;

/** The field with variables for what it requires and the plain fields of what it gives. */
export function exampleOperation(operation: string, field: GraphQLField<unknown, unknown>): string {
  const required = field.args.filter(isRequiredArgument);
  const variables = required.map(({ name, type }) => `$${name}: ${String(type)}`).join(', ');
  const values = [...required.map(({ name }) => `${name}: $${name}`), ...firstPage(field)].join(', ');
  const name = field.name[0]!.toUpperCase() + field.name.slice(1);
  const head = `${operation} ${name}${variables === '' ? '' : `(${variables})`}`;
  const call = `${field.name}${values === '' ? '' : `(${values})`}`;
  return `${head} {\n  ${call}${selection(field.type, 1)}\n}`;
}

const firstPage = ({ args }: GraphQLField<unknown, unknown>): string[] =>
  args.some(({ name }) => name === 'first') ? ['first: 5'] : [];

function selection(type: GraphQLOutputType, depth: number): string {
  const named = getNamedType(type);
  if (isLeafType(named)) return '';
  const indent = '  '.repeat(depth + 1);
  return ` {\n${chosenFields(named, depth)
    .map((line) => indent + line)
    .join('\n')}\n${'  '.repeat(depth)}}`;
}

function chosenFields(type: GraphQLNamedType, depth: number): string[] {
  const fields = isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
  const free = fields.filter(
    ({ args, deprecationReason }) => !args.some(isRequiredArgument) && deprecationReason == null,
  );
  const plain = free.filter((field) => isLeafType(getNamedType(field.type)) && field.args.length === 0);
  const wrapped = free.filter(
    (field) =>
      !isLeafType(getNamedType(field.type)) &&
      depth < DEEPEST &&
      (field.name in WRAPPERS || isPayloadPart(type, field)),
  );
  const lines = [
    ...plain.slice(0, SHOWN).map(({ name }) => name),
    ...wrapped.map((field) => field.name + selection(field.type, depth + 1)),
  ];
  return isAbstractType(type) || lines.length === 0 ? ['__typename', ...lines] : lines;
}

const isPayloadPart = ({ name }: GraphQLNamedType, field: GraphQLField<unknown, unknown>): boolean =>
  name.endsWith('Payload') && isObjectType(getNamedType(field.type));
