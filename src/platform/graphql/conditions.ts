/**
 * `@skip` and `@include`, decided before an operation is compiled. graphql-jit has rules of its own for them: a fragment
 * that is left out where it is spread first is left out everywhere; what lies in a fragment below a field is given although
 * the field, which stands elsewhere too, was left out here; fields keep the place of a mention that was left out.
 */
import {
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  Kind,
  separateOperations,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type SelectionNode,
  type ValueNode,
} from 'graphql';
import type { PreparedOperation } from './prepare-operation.js';

type Values = Readonly<Record<string, unknown>>;

/** An operation whose selections may hang on conditions. */
export interface ConditionalDocument {
  /** Names of the variables that conditions are asked of; undefined when the operation has no conditions at all. */
  readonly variables: readonly string[] | undefined;
  /**
   * What is left of the operation. It may have selections without any field, which executors take for empty objects.
   *
   * @param values of the variables: each true or false
   */
  readonly decide: (values: Values) => DocumentNode;
}

export function conditionalDocument({ document, operation }: PreparedOperation): ConditionalDocument {
  // Other operations of the document have variables of their own.
  const own = separateOperations(document)[operation.name?.value ?? '']!;
  const variables = new Set<string>();
  let hasConditions = false;
  visit(own, {
    Directive: (directive) => {
      const condition = conditionOf(directive);
      if (condition) hasConditions = true;
      if (condition?.kind === Kind.VARIABLE) variables.add(condition.name.value);
    },
  });
  return {
    variables: hasConditions ? [...variables] : undefined,
    decide: (values) => {
      const enter = (node: SelectionNode) => {
        if (!node.directives?.length) return undefined;
        return node.directives.every((directive) => holds(directive, values)) ? { ...node, directives: [] } : null;
      };
      return visit(own, { Field: { enter }, InlineFragment: { enter }, FragmentSpread: { enter } });
    },
  };
}

function holds(directive: DirectiveNode, values: Values): boolean {
  const condition = conditionOf(directive);
  if (condition === undefined) return true;
  const value =
    condition.kind === Kind.VARIABLE ? values[condition.name.value] : (condition as { value?: unknown }).value;
  return value === (directive.name.value === GraphQLIncludeDirective.name);
}

function conditionOf({ name, arguments: given }: DirectiveNode): ValueNode | undefined {
  if (name.value !== GraphQLSkipDirective.name && name.value !== GraphQLIncludeDirective.name) return undefined;
  return given?.find((argument) => argument.name.value === 'if')?.value;
}
