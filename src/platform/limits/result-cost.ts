/** What an operation did cost, worked out from its result. */
import {
  getArgumentValues,
  getNamedType,
  isCompositeType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { DeclaredCost } from '../../common/cost.js';
import { MINIMUM_COST } from './cost.js';
import { fieldDefinition, fragmentsByName } from './document.js';
import { leafCost, pointsOf, weightOf, type Field } from './field-cost.js';

/** Places that are told apart in the results of one operation; what lies beyond counts as it was requested. */
const MAXIMUM_PLACES = 2_000;

type Values = Readonly<Record<string, unknown>>;

/** An operation of which results are counted. */
export interface CountedOperation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  /** Coerced. */
  readonly variables: Values;
}

/** A selection set and the type that it is asked of. */
interface Selection {
  readonly selectionSet: SelectionSetNode;
  readonly type: GraphQLCompositeType;
}

/** What counts at one place of a result. Fields that never cost anything are not looked at. */
interface Place {
  readonly fields: readonly CountedField[];
}

interface CountedField {
  readonly name: string;
  /** What it costs when it is there. */
  points: number;
  /** The same for a cost that hangs on the arguments. */
  priced: { readonly field: Field; readonly node: FieldNode; readonly weight: DeclaredCost } | undefined;
  /** What is asked of the objects that it gives; empty for scalars. */
  readonly below: Selection[];
  /** Made once an object is met; null when there are too many. */
  place: Place | null | undefined;
}

/**
 * Counts results by the same measure as `operationCost` does operations: objects, aliases of scalars, and what fields
 * declare. A result is walked along the fields that can cost something and no others: that took 1 µs for 80 objects,
 * which took 17 to be written as JSON.
 */
export class ResultCosts {
  // By operation, so that what was learnt of it is forgotten with the parsed document.
  private readonly counters = new WeakMap<OperationDefinitionNode, ResultCounter>();

  constructor(private readonly schema: GraphQLSchema) {}

  /**
   * @param requested what the operation may cost
   * @returns at least {@link MINIMUM_COST} and at most `requested`: other lists than pages may be longer than they were taken to be
   */
  cost(operation: CountedOperation, data: object, requested: number): number {
    let counter = this.counters.get(operation.operation);
    if (counter === undefined) {
      counter = new ResultCounter(this.schema, operation);
      this.counters.set(operation.operation, counter);
    }
    return Math.min(requested, Math.max(MINIMUM_COST, counter.count(data, operation.variables)));
  }
}

class ResultCounter {
  private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  private readonly root: Place | null;
  private places = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    { document, operation }: CountedOperation,
  ) {
    this.fragments = fragmentsByName(document);
    const type = schema.getRootType(operation.operation)!;
    this.root = this.makePlace([{ selectionSet: operation.selectionSet, type }]);
  }

  count(data: object, variables: Values): number {
    return this.root === null ? Infinity : this.countObject(this.root, data as Values, variables);
  }

  private countObject(place: Place, object: Values, variables: Values): number {
    let points = 0;
    for (const field of place.fields) {
      const value = object[field.name];
      // Not asked of this type, or left out by `@skip` or `@include`.
      if (value === undefined) continue;
      points += field.points;
      if (field.priced !== undefined) {
        const { field: definition, node, weight } = field.priced;
        points += pointsOf(weight, getArgumentValues(definition, node, variables));
      }
      if (value !== null && field.below.length > 0) points += this.countValue(field, value, variables);
    }
    return points;
  }

  private countValue(field: CountedField, value: unknown, variables: Values): number {
    if (Array.isArray(value)) {
      let points = 0;
      for (const entry of value) points += this.countValue(field, entry, variables);
      return points;
    }
    if (value === null) return 0;
    const place = (field.place ??= this.makePlace(field.below));
    return place === null ? Infinity : 1 + this.countObject(place, value as Values, variables);
  }

  private makePlace(selections: readonly Selection[]): Place | null {
    this.places += 1;
    if (this.places > MAXIMUM_PLACES) return null;
    const fields = new Map<string, CountedField>();
    const seen = new Set<string>();
    for (const selection of selections) this.collect(selection, fields, seen);
    return { fields: [...fields.values()].filter(isCounted) };
  }

  private collect({ selectionSet, type }: Selection, fields: Map<string, CountedField>, seen: Set<string>): void {
    for (const selection of selectionSet.selections) {
      if (selection.kind === Kind.FIELD) {
        this.collectField(selection, type, fields);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        const condition = selection.typeCondition?.name.value;
        this.collect(
          { selectionSet: selection.selectionSet, type: condition === undefined ? type : this.type(condition) },
          fields,
          seen,
        );
      } else if (!seen.has(selection.name.value)) {
        seen.add(selection.name.value);
        const { selectionSet: inner, typeCondition } = this.fragments.get(selection.name.value)!;
        this.collect({ selectionSet: inner, type: this.type(typeCondition.name.value) }, fields, seen);
      }
    }
  }

  private collectField(node: FieldNode, parent: GraphQLCompositeType, fields: Map<string, CountedField>): void {
    const name = (node.alias ?? node.name).value;
    const definition = fieldDefinition(parent, node.name.value);
    const known = fields.get(name);
    const counted = known ?? { name, points: 0, priced: undefined, below: [], place: undefined };
    if (known === undefined) fields.set(name, counted);
    const type = definition && getNamedType(definition.type);
    const isComposite = isCompositeType(type) && node.selectionSet !== undefined;
    if (isComposite) counted.below.push({ selectionSet: node.selectionSet, type });
    const alias = isComposite ? 0 : leafCost(node);
    const weight = definition ? weightOf(definition, parent === this.schema.getMutationType()) : 0;
    // Asked for several times it is resolved once; on different types it may cost differently, of which the most counts.
    if (typeof weight === 'number') counted.points = Math.max(counted.points, alias + weight);
    else counted.priced ??= { field: definition!, node, weight };
  }

  private type(name: string): GraphQLCompositeType {
    return this.schema.getType(name) as GraphQLCompositeType;
  }
}

function isCounted({ points, priced, below }: CountedField): boolean {
  return points > 0 || priced !== undefined || below.length > 0;
}
