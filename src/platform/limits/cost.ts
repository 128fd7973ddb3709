/** How much an operation may bring at the most, worked out before it runs. */
import {
  getArgumentValues,
  getDirectiveValues,
  getNamedType,
  getNullableType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE } from '../../common/connection.js';
import { fieldDefinition, fragmentsByName } from './document.js';

/** What a list without page arguments counts for: such lists are short in this domain (parties of a case, its themes). */
export const ASSUMED_LIST_LENGTH = 5;

export interface OperationCost {
  /**
   * Objects that the operation may return. Scalars are free, for a type has only so many, unless they have an alias:
   * with aliases one field can be asked for a thousand times on each object.
   */
  readonly objects: number;
  /** Fields of the root type, each of which starts work of its own whatever it returns. */
  readonly rootFields: number;
}

/**
 * Works out the cost of an operation with the values of its variables. A field with `first` or `last` (of which the larger
 * counts; a page of 20 when both are absent or null) multiplies what lies below its `edges` and `nodes`, `ids` multiplies by
 * the number of ids, and any other list by {@link ASSUMED_LIST_LENGTH}. What `@skip` and `@include` leave out is free.
 * Fragments on different types of one object are added up, so the figure is an upper bound.
 *
 * @param document valid against the schema
 * @param variables coerced by graphql's `getVariableValues`
 * @throws GraphQLError when an argument has a value that its type does not allow
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationCost {
  const root = schema.getRootType(operation.operation);
  if (!root) return { objects: Infinity, rootFields: Infinity };
  const walk = new CostWalk(schema, document, variables);
  return {
    objects: walk.selectionSet(operation.selectionSet, root, undefined),
    rootFields: walk.countFields(operation.selectionSet),
  };
}

/** Length of a page, handed from a connection field to the `edges` and `nodes` below it. */
type PageLength = number | undefined;
type Values = Record<string, unknown>;
type Field = GraphQLField<unknown, unknown>;

class CostWalk {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly fragmentCosts = new Map<string, number>();
  private readonly fragmentFields = new Map<string, number>();

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    this.fragments = fragmentsByName(document);
  }

  selectionSet({ selections }: SelectionSetNode, parent: GraphQLCompositeType, page: PageLength): number {
    let cost = 0;
    for (const selection of selections) {
      if (!this.isIncluded(selection)) continue;
      switch (selection.kind) {
        case Kind.FIELD:
          cost += this.field(selection, parent, page);
          break;
        case Kind.INLINE_FRAGMENT: {
          const condition = selection.typeCondition;
          cost += this.selectionSet(selection.selectionSet, condition ? this.type(condition.name.value) : parent, page);
          break;
        }
        case Kind.FRAGMENT_SPREAD:
          cost += this.fragment(selection.name.value, page);
          break;
      }
    }
    return cost;
  }

  countFields({ selections }: SelectionSetNode): number {
    let count = 0;
    for (const selection of selections) {
      if (!this.isIncluded(selection)) continue;
      if (selection.kind === Kind.FIELD) count += 1;
      else if (selection.kind === Kind.INLINE_FRAGMENT) count += this.countFields(selection.selectionSet);
      else count += this.countFragmentFields(selection.name.value);
    }
    return count;
  }

  private countFragmentFields(name: string): number {
    let count = this.fragmentFields.get(name);
    if (count === undefined) {
      count = this.countFields(this.fragments.get(name)!.selectionSet);
      this.fragmentFields.set(name, count);
    }
    return count;
  }

  // Remembered by name and page length: fragments that spread each other twice would otherwise take exponential time.
  private fragment(name: string, page: PageLength): number {
    const key = `${name} ${page}`;
    let cost = this.fragmentCosts.get(key);
    if (cost === undefined) {
      const fragment = this.fragments.get(name)!;
      cost = this.selectionSet(fragment.selectionSet, this.type(fragment.typeCondition.name.value), page);
      this.fragmentCosts.set(key, cost);
    }
    return cost;
  }

  private field(node: FieldNode, parent: GraphQLCompositeType, page: PageLength): number {
    const field = fieldDefinition(parent, node.name.value);
    if (field === undefined) return node.name.value === '__typename' ? leafCost(node) : Infinity;
    // Every field's arguments, also those that no cost hangs on: what is wrong with one is then told before anything runs.
    const values = field.args.length === 0 ? {} : getArgumentValues(field, node, this.variables as Values);
    const type = getNamedType(field.type);
    if (!isCompositeType(type) || node.selectionSet === undefined) return leafCost(node);

    const ownPage = pageLength(field, values, type);
    const length = listLength(field, values, ownPage, page ?? (isConnection(parent) ? DEFAULT_PAGE_SIZE : undefined));
    return length === 0 ? 0 : length * (1 + this.selectionSet(node.selectionSet, type, ownPage));
  }

  private type(name: string): GraphQLCompositeType {
    return this.schema.getType(name) as GraphQLCompositeType;
  }

  private isIncluded(selection: SelectionNode): boolean {
    if (!selection.directives?.length) return true;
    const variables = this.variables as Values;
    return (
      getDirectiveValues(GraphQLSkipDirective, selection, variables)?.['if'] !== true &&
      getDirectiveValues(GraphQLIncludeDirective, selection, variables)?.['if'] !== false
    );
  }
}

function leafCost(node: FieldNode): number {
  return node.alias === undefined ? 0 : 1;
}

/** How many objects a field gives for one parent. */
function listLength(field: Field, values: Values, ownPage: PageLength, page: PageLength): number {
  const levels = listLevels(field.type);
  if (levels === 0) return 1;
  let outermost = ASSUMED_LIST_LENGTH;
  if (ownPage !== undefined) outermost = ownPage;
  else if (Array.isArray(values['ids'])) outermost = values['ids'].length;
  else if (isPagePart(field.name) && page !== undefined) outermost = page;
  return outermost * ASSUMED_LIST_LENGTH ** (levels - 1);
}

/** The length that the field's `first` and `last` ask for; undefined for a field that has no pages. */
function pageLength(field: Field, values: Values, type: GraphQLCompositeType): PageLength {
  if (!hasArgument(field, 'first') && !hasArgument(field, 'last')) {
    return isConnection(type) ? DEFAULT_PAGE_SIZE : undefined;
  }
  const lengths = [values['first'], values['last']].filter((length) => typeof length === 'number');
  // A negative length is refused by the field itself; here it must not make anything cheaper.
  return lengths.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(0, ...lengths);
}

function hasArgument(field: Field, name: string): boolean {
  return field.args.some((argument) => argument.name === name);
}

function isPagePart(fieldName: string): boolean {
  return fieldName === 'edges' || fieldName === 'nodes';
}

function isConnection(type: GraphQLCompositeType): boolean {
  return isObjectType(type) && 'pageInfo' in type.getFields();
}

function listLevels(type: GraphQLOutputType): number {
  const nullable = getNullableType(type);
  return isListType(nullable) ? 1 + listLevels(nullable.ofType) : 0;
}
