/** Writes a random operation down: its text, and what is sent for its variables. */
import {
  parse,
  validate,
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Entry, InputValue, VariableValue } from './random-values.js';

/** As it is sent. */
export interface Operation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** A field or a fragment, before names are given to what needs one. */
export type Selection = FieldSelection | FragmentSelection;

export interface FieldSelection {
  readonly kind: 'field';
  /** Undefined for `__typename`. */
  readonly field: GraphQLField<unknown, unknown> | undefined;
  readonly alias: string | undefined;
  readonly given: readonly Entry[];
  readonly directives: readonly Directive[];
  readonly selections: readonly Selection[];
}

export interface FragmentSelection {
  readonly kind: 'fragment';
  readonly type: GraphQLCompositeType;
  /** Written without its type, which then is that of its place. */
  readonly isBare: boolean;
  /** Of those with the same, on the same type, the first defines a named fragment and the others spread it too. */
  readonly number: number | undefined;
  readonly directives: readonly Directive[];
  readonly selections: readonly Selection[];
}

export interface Directive {
  readonly name: 'skip' | 'include';
  readonly condition: InputValue;
}

/** Writes a valid operation. Two fields of one name that cannot be merged get names of their own. */
export function writeOperation(
  schema: GraphQLSchema,
  kind: 'query' | 'mutation',
  selections: readonly Selection[],
): Operation {
  const operation = new Writer(false).operation(kind, selections);
  return isValid(schema, operation) ? operation : new Writer(true).operation(kind, selections);
}

function isValid(schema: GraphQLSchema, { query }: Operation): boolean {
  let document: DocumentNode;
  try {
    document = parse(query);
  } catch {
    return true; // A text that cannot be written in a document: not for its names.
  }
  return validate(schema, document).length === 0;
}

class Writer {
  private readonly variables = new Map<string, { name: string; declaration: string; sent: InputValue | undefined }>();
  /** Texts of fragment definitions by name; undefined while one is being written. */
  private readonly fragments = new Map<string, string | undefined>();
  /** What stands behind each name of a response, over the whole document. */
  private readonly meanings = new Map<string, string>();

  constructor(private readonly isCareful: boolean) {}

  operation(kind: 'query' | 'mutation', selections: readonly Selection[]): Operation {
    const body = this.selectionSet(selections);
    const variables = [...this.variables.values()];
    const declared = variables.map(({ declaration }) => declaration).join(', ');
    const head = declared === '' ? (kind === 'query' ? '' : 'mutation ') : `${kind} (${declared}) `;
    return {
      query: [`${head}${body}`, ...this.fragments.values()].join(' '),
      variables: Object.fromEntries(
        variables.flatMap(({ name, sent }) => (sent === undefined ? [] : [[name, jsonOf(sent)]])),
      ),
    };
  }

  private selectionSet(selections: readonly Selection[]): string {
    const texts = selections.map((selection) =>
      selection.kind === 'field' ? this.field(selection) : this.fragment(selection),
    );
    return `{ ${texts.join(' ')} }`;
  }

  private field({ field, alias, given, directives, selections }: FieldSelection): string {
    const name = field?.name ?? '__typename';
    const values = given.map(([argument, value]) => `${argument}: ${this.value(value)}`);
    const call = values.length === 0 ? name : `${name}(${values.join(', ')})`;
    const shown = this.isCareful ? this.unambiguous(alias ?? name, `${call} ${field?.type}`) : (alias ?? name);
    const below = selections.length === 0 ? '' : ` ${this.selectionSet(selections)}`;
    return `${shown === name ? '' : `${shown}: `}${call}${this.directives(directives)}${below}`;
  }

  private unambiguous(wanted: string, meaning: string): string {
    for (let number = 1; ; number += 1) {
      const name = number === 1 ? wanted : `${wanted}${number}`;
      const known = this.meanings.get(name);
      if (known === undefined) this.meanings.set(name, meaning);
      if (known === undefined || known === meaning) return name;
    }
  }

  private fragment({ type, isBare, number, directives, selections }: FragmentSelection): string {
    const name = `${type.name}${number}`;
    const isBeingWritten = this.fragments.has(name) && this.fragments.get(name) === undefined;
    // A fragment may not hold itself.
    if (number === undefined || isBeingWritten) {
      const condition = isBare ? '' : ` on ${type.name}`;
      return `...${condition}${this.directives(directives)} ${this.selectionSet(selections)}`;
    }
    if (!this.fragments.has(name)) {
      this.fragments.set(name, undefined);
      this.fragments.set(name, `fragment ${name} on ${type.name} ${this.selectionSet(selections)}`);
    }
    return `...${name}${this.directives(directives)}`;
  }

  private directives(directives: readonly Directive[]): string {
    return directives.map(({ name, condition }) => ` @${name}(if: ${this.value(condition)})`).join('');
  }

  private value(value: InputValue): string {
    switch (value.kind) {
      case 'constant':
        return value.isEnum ? String(value.json) : literal(value.json);
      case 'list':
        return `[${value.items.map((item) => this.value(item)).join(', ')}]`;
      case 'object':
        return `{${value.entries.map(([name, entry]) => `${name}: ${this.value(entry)}`).join(', ')}}`;
      case 'variable':
        return this.variable(value);
    }
  }

  /** Equal variables are one. */
  private variable(variable: VariableValue): string {
    const key = JSON.stringify(variable);
    let known = this.variables.get(key);
    if (known === undefined) {
      const name = `$v${this.variables.size + 1}`;
      const { type, sent, defaultValue } = variable;
      const initial = defaultValue === undefined ? '' : ` = ${this.value(defaultValue)}`;
      this.variables.set(key, (known = { name: name.slice(1), declaration: `${name}: ${type}${initial}`, sent }));
    }
    return `$${known.name}`;
  }
}

function literal(json: unknown): string {
  if (Array.isArray(json)) return `[${json.map(literal).join(', ')}]`;
  if (typeof json === 'object' && json !== null) {
    return `{${Object.entries(json)
      .map(([name, value]) => `${name}: ${literal(value)}`)
      .join(', ')}}`;
  }
  if (typeof json === 'number' && !Number.isFinite(json)) return json > 0 ? '1e999' : '-1e999';
  return JSON.stringify(json);
}

/** What is sent for a value that has no variables in it. */
export function jsonOf(value: InputValue): unknown {
  switch (value.kind) {
    case 'constant':
      return value.json;
    case 'list':
      return value.items.map(jsonOf);
    case 'object':
      return Object.fromEntries(value.entries.map(([name, entry]) => [name, jsonOf(entry)]));
    case 'variable':
      throw new Error('A variable has a constant as its value.');
  }
}
