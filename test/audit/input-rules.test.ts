/** Everything that a mutation takes is bounded: by a rule of `src/common/input.ts`, or by its type. */
import { getMetadataStorage } from 'class-validator';
import {
  getNamedType,
  getNullableType,
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isListType,
} from 'graphql';
import { Arg, buildSchemaSync, Field, ID, InputType, Int, Mutation, Query, Resolver } from 'type-graphql';
import { describe, expect, it } from 'vitest';
import { DistinctValues, Id, Items, Range, Text } from '../../src/common/input.js';
import { JsonObject, Url } from '../../src/common/scalars.js';
import { buildGraphqlSchema } from '../../src/schema.js';

/** Rules of which a value of each scalar needs one. */
const RULES: Readonly<Record<string, readonly string[]>> = {
  String: ['text', 'pattern'],
  ID: ['id'],
  Int: ['range'],
  Float: ['range', 'money'],
  // Nothing but well-formed addresses, but of any length.
  URL: ['text'],
};
/** Scalars that let in few values, all of them short. */
const BOUNDED_SCALARS: readonly string[] = ['Boolean', 'Country', 'CountryCode', 'Currency', 'Date', 'DateTime'];
const NESTED = 'nestedValidation';

/** The classes behind the input types, as type-graphql knows them. */
function inputClasses(): Map<string, Function> {
  const { inputTypes } = (
    globalThis as unknown as { TypeGraphQLMetadataStorage: { inputTypes: { name: string; target: Function }[] } }
  ).TypeGraphQLMetadataStorage;
  return new Map(inputTypes.map(({ name, target }) => [name, target]));
}

function rulesOf(target: Function): Map<string, string[]> {
  const rules = new Map<string, string[]>();
  for (const { propertyName, name, type } of getMetadataStorage().getTargetValidationMetadatas(
    target,
    '',
    true,
    false,
  )) {
    rules.set(propertyName, [...(rules.get(propertyName) ?? []), name ?? type]);
  }
  return rules;
}

/** The places in the inputs of mutations where anything of a type goes in. */
function unruled(schema: GraphQLSchema): string[] {
  const classes = inputClasses();
  const problems: string[] = [];
  const seen = new Set<GraphQLInputObjectType>();

  const visit = (type: GraphQLInputObjectType): void => {
    if (seen.has(type)) return;
    seen.add(type);
    const rules = rulesOf(classes.get(type.name)!);
    for (const field of Object.values(type.getFields())) {
      const missing = missingRule(field.type, rules.get(field.name) ?? []);
      if (missing !== null) problems.push(`${type.name}.${field.name} ${missing}`);
      const named = getNamedType(field.type);
      if (isInputObjectType(named)) visit(named);
    }
  };

  for (const mutation of Object.values(schema.getMutationType()?.getFields() ?? {})) {
    for (const { name, type } of mutation.args) {
      const nullable = getNullableType(type);
      if (isInputObjectType(nullable)) visit(nullable);
      else if (!isBounded(nullable)) problems.push(`${mutation.name}(${name}) belongs into an input type, with a rule`);
    }
  }
  return problems;
}

/** What a field lacks that has these rules; null for nothing. */
function missingRule(given: GraphQLInputType, rules: readonly string[]): string | null {
  const type = getNullableType(given);
  const has = (...some: string[]) => some.some((rule) => rules.includes(rule));
  if (isListType(type)) {
    const wanted = isInputObjectType(getNamedType(type)) ? 'items' : 'values';
    return has(wanted) ? null : `is a list without the rule "${wanted}"`;
  }
  if (isInputObjectType(type)) return has(NESTED) ? null : 'is an object whose rules are not looked at';
  if (isBounded(type)) return null;
  const wanted = RULES[type.name];
  if (wanted === undefined) return `is of the type ${type.name}, for which there is no rule`;
  return has(...wanted) ? null : `has no rule: ${wanted.join(' or ')}`;
}

function isBounded(type: GraphQLInputType): boolean {
  return isEnumType(type) || BOUNDED_SCALARS.includes(getNamedType(type).name);
}

describe('what mutations take', () => {
  const schema = buildGraphqlSchema();

  it('is bounded everywhere', () => {
    expect(unruled(schema)).toEqual([]);
  });

  it('is looked at by this test', () => {
    expect(rulesOf(inputClasses().get('CreateCaseStudyInput')!).get('parties')).toContain('items');
    // From the class above it.
    expect(rulesOf(inputClasses().get('CreateCaseStudyInput')!).get('title')).toEqual(['text']);
  });
});

describe('the audit', () => {
  it('tells of every field without a rule, also below others', () => {
    expect(unruled(sampleSchema())).toEqual([
      'write(name) belongs into an input type, with a rule',
      'SampleInput.text has no rule: text or pattern',
      'SampleInput.id has no rule: id',
      'SampleInput.number has no rule: range or money',
      'SampleInput.count has no rule: range',
      'SampleInput.url has no rule: text',
      'SampleInput.anything is of the type JSONObject, for which there is no rule',
      'SampleInput.words is a list without the rule "values"',
      'SampleInput.parts is a list without the rule "items"',
      'SamplePartInput.text has no rule: text or pattern',
      'SampleInput.part is an object whose rules are not looked at',
    ]);
  });
});

function sampleSchema(): GraphQLSchema {
  @InputType()
  class SamplePartInput {
    @Field(() => String) text: string;
    @Field(() => String) @Text(10) ruled: string;
  }

  @InputType()
  class SampleInput {
    @Field(() => String) text: string;
    @Field(() => ID) id: string;
    @Field(() => Number) number: number;
    @Field(() => Int) count: number;
    @Field(() => Url) url: string;
    @Field(() => JsonObject) anything: object;
    @Field(() => [String]) words: string[];
    @Field(() => [SamplePartInput]) parts: SamplePartInput[];
    @Field(() => SamplePartInput) part: SamplePartInput;

    @Field(() => Boolean) flag: boolean;
    @Field(() => String) @Text(10) ruledText: string;
    @Field(() => ID) @Id() ruledId: string;
    @Field(() => Int) @Range(1, 2) ruledCount: number;
    @Field(() => [String]) @DistinctValues() ruledWords: string[];
    @Field(() => [SamplePartInput]) @Items() ruledParts: SamplePartInput[];
  }

  @Resolver()
  class SampleResolver {
    @Query(() => Boolean)
    ready(): boolean {
      return true;
    }

    @Mutation(() => Boolean)
    write(@Arg('input', () => SampleInput) _input: SampleInput, @Arg('name', () => String) _name: string): boolean {
      return true;
    }
  }

  return buildSchemaSync({ resolvers: [SampleResolver], validate: false });
}
