/** Random valid queries over a whole schema: a fast-check arbitrary, whose failures shrink to small operations. */
import fc from 'fast-check';
import {
  doTypesOverlap,
  getNamedType,
  isCompositeType,
  isRequiredArgument,
  isUnionType,
  SchemaMetaFieldDef,
  TypeMetaFieldDef,
  type GraphQLArgument,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { writeOperation, type Directive, type Operation, type Selection } from './random-document.js';
import type { RealValues } from './random-sources.js';
import { percent, ValueArbitraries, type Entry, type InputValue } from './random-values.js';

type Field = GraphQLField<unknown, unknown>;

/** Levels of fields; named fragments that are spread deeper down than they were written can make it more. */
const LEVELS = 6;
const FIELDS_PER_LEVEL = 3;

/** How many of a hundred fields with such an argument give it; without a `first` an operation soon is too expensive. */
const GIVEN_PERCENT: Readonly<Record<string, number>> = {
  first: 85,
  last: 3,
  after: 4,
  before: 2,
  filter: 25,
  orderBy: 25,
  asOf: 15,
};
const GIVEN_PERCENT_OF_OTHERS = 40;

/** Few, so that two fields have the same one often. */
const ALIASES = ['a', 'b', 'id'];

/**
 * Queries through objects and interfaces, with inline and named fragments, aliases, `@skip` and `@include`, arguments as
 * literals and as variables, most of them within the limits of depth and cost.
 */
export function randomQuery(schema: GraphQLSchema, real: RealValues): fc.Arbitrary<Operation> {
  const selections = new SelectionArbitraries(schema, real);
  return selections.of(schema.getQueryType()!, LEVELS).map((chosen) => writeOperation(schema, 'query', chosen));
}

class SelectionArbitraries {
  private readonly values: ValueArbitraries;
  private readonly known = new Map<string, fc.Arbitrary<readonly Selection[]>>();
  private readonly composites: readonly GraphQLCompositeType[];
  private readonly directives: fc.Arbitrary<readonly Directive[]>;

  constructor(
    private readonly schema: GraphQLSchema,
    real: RealValues,
  ) {
    this.values = new ValueArbitraries(schema, { real, oddPercent: 3, givenPercent: 12 });
    this.composites = Object.values(schema.getTypeMap()).filter(isCompositeType);
    this.directives = directives();
  }

  /** Some selections on a type, `levels` deep. */
  of(type: GraphQLCompositeType, levels: number): fc.Arbitrary<readonly Selection[]> {
    const key = `${type.name} ${levels}`;
    let selections = this.known.get(key);
    if (selections === undefined) {
      selections = fc.array(this.selection(type, levels), { minLength: 1, maxLength: FIELDS_PER_LEVEL, size: 'max' });
      this.known.set(key, selections);
    }
    return selections;
  }

  private selection(type: GraphQLCompositeType, levels: number): fc.Arbitrary<Selection> {
    const fields = isUnionType(type) ? [] : Object.values(type.getFields());
    const isRoot = type === this.schema.getQueryType();
    const leaves = fields.filter((field) => !isCompositeType(getNamedType(field.type)));
    const branches = levels === 0 ? [] : fields.filter((field) => isCompositeType(getNamedType(field.type)));
    if (isRoot && levels > 0) branches.push(SchemaMetaFieldDef, TypeMetaFieldDef);
    const fragments = levels === 0 ? [] : this.composites.filter((other) => doTypesOverlap(this.schema, type, other));
    return fc.oneof(
      { withCrossShrink: true, depthSize: 'max' },
      { weight: 2, arbitrary: this.field(undefined, levels) },
      ...leaves.map((field) => ({ weight: 2, arbitrary: this.field(field, levels) })),
      ...branches.map((field) => ({
        weight: field.name.startsWith('__') ? 1 : 4,
        arbitrary: this.field(field, levels),
      })),
      ...fragments.map((on) => ({ weight: 3, arbitrary: this.fragment(on, on === type, levels) })),
    );
  }

  private field(field: Field | undefined, levels: number): fc.Arbitrary<Selection> {
    const type = field && getNamedType(field.type);
    return fc
      .record({
        alias: percent(15, fc.constantFrom<string | undefined>(...ALIASES), fc.constant(undefined)),
        given: fc.tuple(...(field?.args ?? []).map((argument) => this.argument(argument))),
        directives: this.directives,
        selections: isCompositeType(type) ? this.of(type, levels - 1) : fc.constant([]),
      })
      .map(({ given, ...rest }): Selection => ({ kind: 'field', field, ...rest, given: given.flat() }));
  }

  private argument(argument: GraphQLArgument): fc.Arbitrary<readonly Entry[]> {
    const value = this.values.value(argument.type, argument.name, argument.defaultValue !== undefined);
    const given = value.map((chosen): readonly Entry[] => [[argument.name, chosen]]);
    if (isRequiredArgument(argument)) return given;
    return percent(GIVEN_PERCENT[argument.name] ?? GIVEN_PERCENT_OF_OTHERS, given, fc.constant([]));
  }

  private fragment(type: GraphQLCompositeType, isOfItsPlace: boolean, levels: number): fc.Arbitrary<Selection> {
    return fc
      .record({
        isBare: isOfItsPlace ? fc.boolean() : fc.constant(false),
        number: fc.constantFrom(undefined, 1, 2),
        directives: this.directives,
        selections: this.of(type, levels - 1),
      })
      .map((rest): Selection => ({ kind: 'fragment', type, ...rest }));
  }
}

function directives(): fc.Arbitrary<readonly Directive[]> {
  const condition = fc
    .record({ json: fc.boolean(), as: fc.constantFrom('literal', 'literal', 'required', 'default') })
    .map(({ json, as }): InputValue => {
      const constant: InputValue = { kind: 'constant', json };
      switch (as) {
        case 'required':
          return { kind: 'variable', type: 'Boolean!', sent: constant, defaultValue: undefined };
        case 'default':
          return { kind: 'variable', type: 'Boolean', sent: undefined, defaultValue: constant };
        default:
          return constant;
      }
    });
  const directive = (name: Directive['name']) => condition.map((chosen): Directive => ({ name, condition: chosen }));
  return fc.oneof(
    { withCrossShrink: true, depthSize: 'max' },
    { weight: 92, arbitrary: fc.constant([]) },
    { weight: 3, arbitrary: fc.tuple(directive('skip')) },
    { weight: 3, arbitrary: fc.tuple(directive('include')) },
    { weight: 2, arbitrary: fc.tuple(directive('include'), directive('skip')) },
  );
}
