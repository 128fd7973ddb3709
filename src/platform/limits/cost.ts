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
  type GraphQLOutputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { DEFAULT_PAGE_SIZE } from '../../common/connection.js';
import { checkArguments } from './arguments.js';
import { fieldDefinition, fragmentsByName } from './document.js';
import { leafCost, pointsOf, weightOf, type Field } from './field-cost.js';

/** What a list without page arguments counts for: such lists are short in this domain (parties of a case, its themes). */
export const ASSUMED_LIST_LENGTH = 5;

/** What an operation costs at the least: to read and answer one takes as long as some five objects. */
export const MINIMUM_COST = 5;

export interface OperationCost {
  /**
   * Points: one for each object that the operation may return, and what its fields declare besides; {@link MINIMUM_COST} at the least.
   * Scalars are free, for a type has only so many, unless they have an alias.
   */
  readonly points: number;
  /** Fields of the root type, each of which starts work of its own whatever it returns. */
  readonly rootFields: number;
  /** The field that costs the most by itself, without what lies below it: its path by response names. */
  readonly dearestField: string;
}

/**
 * Works out the cost of an operation with the values of its variables. A field with `first` or `last` (of which the larger
 * counts; a page of 20 when both are absent or null) multiplies what lies below its `edges` and `nodes`, `ids` and
 * `representations` by their number, and any other list by {@link ASSUMED_LIST_LENGTH}. What `@skip` and `@include` leave out is free.
 * Fragments on different types of one object are added up, so the figure is an upper bound.
 *
 * @param document valid against the schema
 * @param variables coerced by graphql's `getVariableValues`
 * @throws BAD_USER_INPUT for an argument that is too large; GraphQLError when one has a value that its type does not allow
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): OperationCost {
  const root = schema.getRootType(operation.operation);
  if (!root) return { points: Infinity, rootFields: Infinity, dearestField: '' };
  const walk = new CostWalk(schema, document, variables);
  const { points, path } = walk.selectionSet(operation.selectionSet, root, undefined);
  return {
    points: Math.max(MINIMUM_COST, points),
    rootFields: walk.countFields(operation.selectionSet),
    dearestField: namesOf(path).join('.'),
  };
}

/** Length of a page, handed from a connection field to the `edges` and `nodes` below it. */
type PageLength = number | undefined;
type Values = Record<string, unknown>;

/** A way down from a field, by response names. */
interface Path {
  readonly name: string;
  readonly below: Path | undefined;
}

/** What a part of an operation costs for one object that it is asked of. */
interface Share {
  readonly points: number;
  /** What the dearest field costs by itself, and the way to it. */
  readonly dearest: number;
  readonly path: Path | undefined;
}

const NOTHING: Share = { points: 0, dearest: -1, path: undefined };

class CostWalk {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly fragmentShares = new Map<string, Share>();
  private readonly fragmentFields = new Map<string, number>();
  /** Response names on the way to the field that is looked at. */
  private readonly trail: string[] = [];

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    this.fragments = fragmentsByName(document);
  }

  selectionSet({ selections }: SelectionSetNode, parent: GraphQLCompositeType, page: PageLength): Share {
    let points = 0;
    let most = NOTHING;
    for (const selection of selections) {
      if (!this.isIncluded(selection)) continue;
      const share = this.selection(selection, parent, page);
      points += share.points;
      if (share.dearest > most.dearest) most = share;
    }
    return { points, dearest: most.dearest, path: most.path };
  }

  private selection(selection: SelectionNode, parent: GraphQLCompositeType, page: PageLength): Share {
    switch (selection.kind) {
      case Kind.FIELD:
        return this.field(selection, parent, page);
      case Kind.INLINE_FRAGMENT: {
        const condition = selection.typeCondition;
        return this.selectionSet(selection.selectionSet, condition ? this.type(condition.name.value) : parent, page);
      }
      case Kind.FRAGMENT_SPREAD:
        return this.fragment(selection.name.value, page);
    }
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
  private fragment(name: string, page: PageLength): Share {
    const key = `${name} ${page}`;
    let share = this.fragmentShares.get(key);
    if (share === undefined) {
      const fragment = this.fragments.get(name)!;
      share = this.selectionSet(fragment.selectionSet, this.type(fragment.typeCondition.name.value), page);
      this.fragmentShares.set(key, share);
    }
    return share;
  }

  private field(node: FieldNode, parent: GraphQLCompositeType, page: PageLength): Share {
    const name = (node.alias ?? node.name).value;
    const field = fieldDefinition(parent, node.name.value);
    if (field === undefined) return leaf(name, node.name.value === '__typename' ? leafCost(node) : Infinity);
    this.trail.push(name);
    const isMutation = parent === this.schema.getMutationType();
    // Every field's arguments, also those that no cost hangs on: what is wrong with one is then told before anything runs.
    const values = field.args.length === 0 ? {} : getArgumentValues(field, node, this.variables as Values);
    if (!isMutation) checkArguments(values, this.trail);
    const weight = pointsOf(weightOf(field, isMutation), values);
    const type = getNamedType(field.type);
    const share =
      isCompositeType(type) && node.selectionSet !== undefined
        ? this.composite(name, weight, lengths(field, values, type, parent, page), node.selectionSet, type)
        : leaf(name, weight + leafCost(node));
    this.trail.pop();
    return share;
  }

  private composite(
    name: string,
    weight: number,
    { length, ownPage }: Lengths,
    selectionSet: SelectionSetNode,
    type: GraphQLCompositeType,
  ): Share {
    if (length === 0) return leaf(name, weight);
    const below = this.selectionSet(selectionSet, type, ownPage);
    const own = weight + length;
    const belowDearest = length * below.dearest;
    return {
      points: own + length * below.points,
      dearest: Math.max(own, belowDearest),
      path: { name, below: belowDearest > own ? below.path : undefined },
    };
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

function leaf(name: string, points: number): Share {
  return { points, dearest: points, path: { name, below: undefined } };
}

function namesOf(path: Path | undefined): string[] {
  return path === undefined ? [] : [path.name, ...namesOf(path.below)];
}

/** How many objects a field gives for one parent, and how many the page below it has. */
interface Lengths {
  readonly length: number;
  readonly ownPage: PageLength;
}

function lengths(
  field: Field,
  values: Values,
  type: GraphQLCompositeType,
  parent: GraphQLCompositeType,
  page: PageLength,
): Lengths {
  const ownPage = pageLength(field, values, type);
  const around = page ?? (isConnection(parent) ? DEFAULT_PAGE_SIZE : undefined);
  return { length: listLength(field, values, ownPage, around), ownPage };
}

/** Arguments that name each object that a list is to have; the second is that of a federation's `_entities`. */
const NAMING_ARGUMENTS = ['ids', 'representations'];

function listLength(field: Field, values: Values, ownPage: PageLength, page: PageLength): number {
  const levels = listLevels(field.type);
  if (levels === 0) return 1;
  const named = NAMING_ARGUMENTS.map((name) => values[name]).find(Array.isArray);
  let outermost = ASSUMED_LIST_LENGTH;
  if (ownPage !== undefined) outermost = ownPage;
  else if (named !== undefined) outermost = named.length;
  else if (isPagePart(field.name) && page !== undefined) outermost = page;
  return outermost * ASSUMED_LIST_LENGTH ** (levels - 1);
}

/** The length that the field's `first` and `last` ask for; undefined for a field that has no pages. */
function pageLength(field: Field, values: Values, type: GraphQLCompositeType): PageLength {
  if (!hasArgument(field, 'first') && !hasArgument(field, 'last')) {
    return isConnection(type) ? DEFAULT_PAGE_SIZE : undefined;
  }
  const given = [values['first'], values['last']].filter((length) => typeof length === 'number');
  // A negative length is refused by the field itself; here it must not make anything cheaper.
  return given.length === 0 ? DEFAULT_PAGE_SIZE : Math.max(0, ...given);
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
