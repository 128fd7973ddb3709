/** Operations that together ask for everything that a schema offers: every field, from every root, on every known thing. */
import {
  getNamedType,
  getNullableType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';

/** Values for arguments and input fields by their names; each value makes an operation of its own. */
export type KnownValues = Readonly<Record<string, readonly unknown[]>>;

export interface CrawlOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** How often one type may lie within itself: a record, its links, the records there, and what these have. */
const REPETITIONS = 2;

export class Crawler {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly known: KnownValues,
  ) {}

  /** For each root field: everything below it, to `depth` fields, once for each combination of known arguments. */
  queries(depth: number): CrawlOperation[] {
    return Object.values(this.schema.getQueryType()!.getFields()).flatMap((field) =>
      this.operations(field, 'query', depth),
    );
  }

  /** Each mutation with everything that is known in each place of its input, one thing at a time. */
  mutations(): CrawlOperation[] {
    return Object.values(this.schema.getMutationType()!.getFields()).flatMap((field) =>
      this.operations(field, 'mutation', 4),
    );
  }

  private operations(field: GraphQLField<unknown, unknown>, kind: string, depth: number): CrawlOperation[] {
    const named = getNamedType(field.type);
    // One operation for each type that an interface may turn out to be: fields of one name may differ between them.
    const types = isInterfaceType(named) ? this.schema.getPossibleTypes(named) : [undefined];
    // A connection is a way of saying "list": what is on its way to the things themselves does not count.
    const ownDepth = named.name.endsWith('Connection') ? depth + 2 : depth;
    const combinations = this.argumentCombinations(field.args);
    const declared = field.args.map((argument) => `$${argument.name}: ${argument.type}`).join(', ');
    const given = field.args.map((argument) => `${argument.name}: $${argument.name}`).join(', ');
    return types.flatMap((type) => {
      const selection = this.selection(field.type, ownDepth, [], type);
      const call = `${field.name}${given && `(${given})`}${selection}`;
      return combinations.map((variables) => ({
        query: `${kind}${declared && ` (${declared})`} { ${call} }`,
        variables,
      }));
    });
  }

  /** One argument takes each of its values while the others keep their first: all pairs would be too many. */
  private argumentCombinations(args: readonly GraphQLArgument[]): Record<string, unknown>[] {
    const values = args.map(({ name, type }) => [name, this.valuesOf(name, type)] as const);
    const first = Object.fromEntries(values.map(([name, [value]]) => [name, value]));
    return [first, ...values.flatMap(([name, list]) => list.slice(1).map((value) => ({ ...first, [name]: value })))];
  }

  private valuesOf(name: string, type: GraphQLInputType): unknown[] {
    const nullable = getNullableType(type);
    if (name in this.known) return [...this.known[name]!];
    if (isListType(nullable)) {
      const items = this.valuesOf(name.replace(/s$/, ''), nullable.ofType).filter((value) => value !== undefined);
      return items.length > 0 && items.length <= 20 ? [items, ...items.map((item) => [item])] : [items.slice(0, 20)];
    }
    // What only narrows or orders shows nothing that its absence does not.
    if (isEnumType(nullable))
      return isNonNullType(type) ? nullable.getValues().map((value) => value.name) : [undefined];
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields());
      const values = fields.map((field) => [field.name, this.valuesOf(field.name, field.type), field.type] as const);
      const required = values.filter(([, , fieldType]) => isNonNullType(fieldType));
      const base = Object.fromEntries(required.map(([field, [value]]) => [field, value]));
      return [base, ...values.flatMap(([field, list]) => list.map((value) => ({ ...base, [field]: value })))];
    }
    if (!isNonNullType(type)) return [undefined];
    const named: GraphQLNamedType = nullable;
    if (named.name === 'Int' || named.name === 'Float') return [1];
    if (named.name === 'Boolean') return [true];
    return ['x'];
  }

  private selection(
    type: GraphQLOutputType | GraphQLNamedType,
    depth: number,
    above: readonly string[],
    wanted: GraphQLObjectType | undefined,
  ): string {
    const named = getNamedType(type as GraphQLOutputType);
    if (isLeafType(named)) return '';
    if (isInterfaceType(named)) {
      const own = this.fields(named.getFields(), depth, [...above, named.name]);
      const possible = wanted && this.schema.isSubType(named, wanted) ? [wanted] : this.schema.getPossibleTypes(named);
      // Below the first interface only what all its types share, and one of them: the one that this operation is about.
      const [narrowed] = possible;
      return ` { __typename ${own} ... on ${narrowed!.name} { ${this.fields(narrowed!.getFields(), depth, [...above, named.name, narrowed!.name])} } }`;
    }
    if (!isObjectType(named)) return '';
    return ` { __typename ${this.fields(named.getFields(), depth, [...above, named.name])} }`;
  }

  private fields(
    fields: Readonly<Record<string, GraphQLField<unknown, unknown>>>,
    depth: number,
    above: readonly string[],
  ): string {
    return Object.values(fields)
      .flatMap((field) => {
        const named = getNamedType(field.type);
        if (!isLeafType(named)) {
          if (depth <= 1 || above.filter((name) => name === named.name).length >= REPETITIONS) return [];
        }
        const given = this.fieldArguments(field.args);
        if (given === undefined) return [];
        return [`${field.name}${given}${this.selection(field.type, depth - 1, above, undefined)}`];
      })
      .join(' ');
  }

  /** Arguments of a field below the root, as literals; undefined when one is needed that nothing is known about. */
  private fieldArguments(args: readonly GraphQLArgument[]): string | undefined {
    const given: string[] = [];
    for (const argument of args) {
      if (argument.name === 'first') given.push('first: 3');
      else if (isNonNullType(argument.type) && argument.defaultValue === undefined) {
        const named = getNamedType(argument.type);
        if (named.name !== 'Int') return undefined;
        given.push(`${argument.name}: 1`);
      }
    }
    return given.length === 0 ? '' : `(${given.join(', ')})`;
  }
}
