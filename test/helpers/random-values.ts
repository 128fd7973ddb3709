/** Random values of input types: sensible ones mostly, since an operation that is refused shows little of what it asks for. */
import fc from 'fast-check';
import {
  getNullableType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isRequiredInputField,
  type GraphQLInputField,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
} from 'graphql';
import {
  ODD_CURSORS,
  ODD_IDS,
  ODD_INTEGERS,
  ODD_NUMBERS,
  ODD_TEXTS,
  SCALARS,
  type RealValues,
} from './random-sources.js';

/** An input value with the places where variables stand in it. */
export type InputValue =
  | { readonly kind: 'constant'; readonly json: unknown; readonly isEnum?: boolean }
  | { readonly kind: 'list'; readonly items: readonly InputValue[] }
  | { readonly kind: 'object'; readonly entries: readonly Entry[] }
  | VariableValue;

/** A field of an input object, or an argument, with its value. */
export type Entry = readonly [name: string, value: InputValue];

export interface VariableValue {
  readonly kind: 'variable';
  /** As it is declared, e.g. `[ID!]`. */
  readonly type: string;
  /** What is sent for it; undefined: nothing, so that its default value counts, or none. */
  readonly sent: InputValue | undefined;
  readonly defaultValue: InputValue | undefined;
}

export interface ValueOptions {
  readonly real: RealValues;
  /** How many of a hundred values are odd ones. */
  readonly oddPercent: number;
  /** How many of a hundred optional fields of input objects are given. */
  readonly givenPercent: number;
}

const NULL: InputValue = { kind: 'constant', json: null };
const WORDS = ['bibliotek', 'library', 'partnerskab', 'børn', 'the', 'læse', '"the library"', 'harbour -room'];
const TEXTS = ['A reading room', 'Læsning på Øen', 'Wet floors.\n\nAnd *two* budgets.', 'film', 'agreed-2024'];

/** Makes random values for the arguments and input fields of a schema. */
export class ValueArbitraries {
  private readonly objects: Readonly<Record<string, fc.Arbitrary<InputValue>>>;

  constructor(
    schema: GraphQLSchema,
    private readonly options: ValueOptions,
  ) {
    const types = Object.values(schema.getTypeMap()).filter(isInputObjectType);
    // Input objects may hold one another.
    this.objects = fc.letrec<Record<string, InputValue>>((tie) => {
      this.objectOf = (type) => tie(type.name);
      return Object.fromEntries(types.map((type) => [type.name, this.object(type)]));
    });
    this.objectOf = (type) => this.objects[type.name]!;
  }

  /**
   * A value, or a variable with one.
   *
   * @param name of the argument or field: it tells which real values make sense
   * @param hasDefault whether the argument or field has a default value in the schema
   */
  value(type: GraphQLInputType, name: string, hasDefault = false): fc.Arbitrary<InputValue> {
    return percent(25, this.variable(type, name, hasDefault), this.written(type, name));
  }

  private objectOf: (type: GraphQLInputObjectType) => fc.Arbitrary<InputValue>;

  private variable(type: GraphQLInputType, name: string, hasDefault: boolean): fc.Arbitrary<InputValue> {
    const nullable = getNullableType(type);
    const constant = this.present(nullable, name).map(withoutVariables);
    const isNeeded = isNonNullType(type) && !hasDefault;
    return fc
      .record({
        isRequired: fc.boolean(),
        sent: constant,
        // Null where null may not stand is an error of its own; left out, a default value counts.
        isSent: fc.constantFrom('value', 'value', 'value', 'value', 'value', 'nothing', 'null'),
        defaultValue: percent(30, constant, fc.constant(undefined)),
      })
      .map(({ isRequired, sent, isSent, defaultValue }): InputValue => {
        const kind = 'variable';
        if (isRequired || (isNeeded && defaultValue === undefined)) {
          const isLeftOut = isSent === 'nothing' && defaultValue !== undefined;
          return { kind, type: `${nullable}!`, sent: isLeftOut ? undefined : sent, defaultValue };
        }
        if (isSent === 'nothing') return { kind, type: String(nullable), sent: undefined, defaultValue };
        return { kind, type: String(nullable), sent: isSent === 'null' ? NULL : sent, defaultValue };
      });
  }

  private written(type: GraphQLInputType, name: string): fc.Arbitrary<InputValue> {
    if (isNonNullType(type)) return this.present(type.ofType, name);
    return percent(94, this.present(type, name), fc.constant(NULL));
  }

  private present(type: GraphQLInputType, name: string): fc.Arbitrary<InputValue> {
    if (isNonNullType(type)) return this.present(type.ofType, name);
    if (isListType(type)) {
      const item = this.value(type.ofType, name);
      const list = fc.array(item, { maxLength: 3 }).map((items): InputValue => ({ kind: 'list', items }));
      // One value where a list is expected counts as a list of one.
      return percent(90, list, this.present(type.ofType, name).map(withoutVariables));
    }
    if (isEnumType(type)) {
      const names = type.getValues().map((value) => value.name);
      return fc.constantFrom(...names).map((json): InputValue => ({ kind: 'constant', json, isEnum: true }));
    }
    if (isInputObjectType(type)) return this.objectOf(type);
    return this.scalar(type.name, name).map((json): InputValue => ({ kind: 'constant', json }));
  }

  private object(type: GraphQLInputObjectType): fc.Arbitrary<InputValue> {
    const fields = Object.values(type.getFields());
    const entries: fc.Arbitrary<readonly Entry[]> = type.isOneOf
      ? fc.oneof(
          ...fields.map((field) => this.present(field.type, field.name).map((value) => [[field.name, value] as const])),
        )
      : fc.tuple(...fields.map((field) => this.entry(field))).map((given) => given.flat());
    return entries.map((given): InputValue => ({ kind: 'object', entries: given }));
  }

  private entry(field: GraphQLInputField): fc.Arbitrary<readonly Entry[]> {
    const given = this.value(field.type, field.name, field.defaultValue !== undefined).map(
      (value): readonly Entry[] => [[field.name, value]],
    );
    return isRequiredInputField(field) ? given : percent(this.options.givenPercent, given, fc.constant([]));
  }

  private scalar(type: string, name: string): fc.Arbitrary<unknown> {
    const [usual, odd] = this.scalarValues(type, name);
    return percent(this.options.oddPercent, fc.constantFrom(...odd), fc.constantFrom(...usual));
  }

  /** What makes sense and what does not. A name that is not known here has values by its type. */
  private scalarValues(type: string, name: string): readonly [readonly unknown[], readonly unknown[]] {
    const { real } = this.options;
    switch (type) {
      case 'ID':
        if (/^(parties|organisation)/.test(name)) return [real.organisationIds, ODD_IDS];
        if (/record|caseStud|experience|lesson|from|to/i.test(name)) return [real.recordIds, ODD_IDS];
        return [[...real.recordIds, ...real.organisationIds, ...real.otherIds], ODD_IDS];
      case 'Int':
        return [INTEGERS[name] ?? [1, 2, 3], ODD_INTEGERS];
      case 'Float':
        return [[0, 1, 25_000, 0.5, 1234.56], ODD_NUMBERS];
      case 'Boolean':
        return [
          [true, false],
          [true, false],
        ];
      case 'String':
        return this.texts(name);
      case 'DateTime':
        return [name === 'asOf' ? real.times : SCALARS[type]!.usual, SCALARS[type]!.odd];
      default:
        return SCALARS[type] ? [SCALARS[type].usual, SCALARS[type].odd] : [TEXTS, ODD_TEXTS];
    }
  }

  private texts(name: string): readonly [readonly string[], readonly string[]] {
    const { real } = this.options;
    if (name === 'after' || name === 'before') return [real.cursors, ODD_CURSORS];
    if (name === 'query') return [WORDS, ODD_TEXTS];
    if (name === 'slug') return [[...real.slugs, 'agreed-2024'], ODD_TEXTS];
    if (name === 'isil') return [real.isils, ODD_TEXTS];
    if (name === 'themes') return [real.themes, ODD_TEXTS];
    if (name === 'regions') return [real.regions, ODD_TEXTS];
    if (name.startsWith('municipalit')) return [real.municipalities, ODD_TEXTS];
    return [USUAL_TEXTS[name] ?? TEXTS, ODD_TEXTS];
  }
}

const USUAL_TEXTS: Readonly<Record<string, readonly string[]>> = {
  idempotencyKey: ['key-1', 'key-2', 'key-3'],
  cvr: ['12345678', '87654321'],
  wikidataId: ['Q42', 'Q1'],
  email: ['reader@example.org', 'Reader <reader@example.org>'],
};

const INTEGERS: Readonly<Record<string, readonly number[]>> = {
  first: [0, 1, 2, 2, 3, 3, 4, 7],
  last: [0, 1, 2, 3],
  depth: [0, 1, 2],
  recommendations: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  rationales: [1, 2, 3],
  year: [2009, 2012],
};

/** `arbitrary` so many times of a hundred, else `other`, towards which it shrinks. */
export function percent<Value>(
  share: number,
  arbitrary: fc.Arbitrary<Value>,
  other: fc.Arbitrary<Value>,
): fc.Arbitrary<Value> {
  return fc.oneof(
    { withCrossShrink: true, depthSize: 'max' },
    { weight: 100 - share, arbitrary: other },
    { weight: share, arbitrary },
  );
}

/** The value as a constant: where a variable stood, what it has. */
export function withoutVariables(value: InputValue): InputValue {
  switch (value.kind) {
    case 'constant':
      return value;
    case 'list':
      return { kind: 'list', items: value.items.map(withoutVariables) };
    case 'object':
      return { kind: 'object', entries: value.entries.map(([name, entry]) => [name, withoutVariables(entry)]) };
    case 'variable':
      return value.sent ?? value.defaultValue ?? NULL;
  }
}
