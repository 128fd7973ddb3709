/** The page of one type: what it is, what it holds, and where it is met. */
import {
  getNamedType,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLInputField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type GraphQLType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  isScalarType,
  isUnionType,
} from 'graphql';
import { html, type Html, trustedHtml } from '../common/html.js';
import { renderMarkdown } from '../common/markdown.js';
import { exampleOperation } from './example-operation.js';

export const typePath = (name: string): string => `/docs/types/${name}`;

export function described(text: string | null | undefined): Html {
  return trustedHtml(renderMarkdown(text ?? ''));
}

/** A type as it is written in the schema, each name leading to its page. */
export function typeReference(type: GraphQLType): Html {
  if (isNonNullType(type)) return html`${typeReference(type.ofType)}!`;
  if (isListType(type)) return html`[${typeReference(type.ofType)}]`;
  return html`<a href="${typePath(type.name)}">${type.name}</a>`;
}

export function kindOf(type: GraphQLNamedType): string {
  if (isObjectType(type)) return 'object';
  if (isInterfaceType(type)) return 'interface';
  if (isUnionType(type)) return 'union';
  if (isInputObjectType(type)) return 'input object';
  return isEnumType(type) ? 'enum' : 'scalar';
}

export function writeType(schema: GraphQLSchema, type: GraphQLNamedType): Html {
  const met = whereMet(schema, type);
  return html`<p class="faint">${kindOf(type)}${implemented(type)}</p>
    ${described(type.description)}${isScalarType(type) && type.specifiedByURL && html`<p><a href="${type.specifiedByURL}">Specification</a></p>`}
    ${members(schema, type)}
    ${
      met.length > 0 &&
      html`<h2>Where it is met</h2>
        <ul class="names">
          ${met}
        </ul>`
    }`;
}

/** A field that an operation begins with. */
export function writeOperation(operation: string, field: GraphQLField<unknown, unknown>): Html {
  const example = exampleOperation(operation, field);
  return html`<section id="${field.name}">
    <h2><code>${field.name}: ${typeReference(field.type)}</code></h2>
    ${deprecation(field)}${described(field.description)}${argumentList(field.args)}
    <pre><code>${example}</code></pre>
    <p><a href="/graphiql?query=${encodeURIComponent(example)}">Open in the explorer</a></p>
  </section>`;
}

function implemented(type: GraphQLNamedType): Html | null {
  const interfaces = isObjectType(type) || isInterfaceType(type) ? type.getInterfaces() : [];
  if (interfaces.length === 0) return null;
  return html`, implements ${interfaces.map((each, index) => html`${index > 0 && ', '}${typeReference(each)}`)}`;
}

function members(schema: GraphQLSchema, type: GraphQLNamedType): Html | null {
  if (isEnumType(type)) {
    const values = type.getValues().map(
      (value) =>
        html`<dt id="${value.name}"><code>${value.name}</code></dt>
          <dd>${deprecation(value)}${described(value.description)}</dd>`,
    );
    return html`<h2>Values</h2>
      <dl>${values}</dl>`;
  }
  if (isUnionType(type)) return possible(type.getTypes());
  if (isInputObjectType(type))
    return html`<h2>Fields</h2>
      <dl>${Object.values(type.getFields()).map((field) => inputValue(field, field.name))}</dl>`;
  if (!isObjectType(type) && !isInterfaceType(type)) return null;
  const fields = Object.values(type.getFields()).map(
    (field) =>
      html`<dt id="${field.name}"><code>${field.name}: ${typeReference(field.type)}</code></dt>
        <dd>${deprecation(field)}${described(field.description)}${argumentList(field.args)}</dd>`,
  );
  return html`${isInterfaceType(type) && possible(schema.getPossibleTypes(type))}
    <h2>Fields</h2>
    <dl>${fields}</dl>`;
}

const possible = (types: readonly GraphQLNamedType[]): Html =>
  html`<h2>Is one of</h2>
    <ul>
      ${types.map((type) => html`<li>${typeReference(type)}</li>`)}
    </ul>`;

const argumentList = (args: readonly GraphQLArgument[]): Html | null =>
  args.length === 0 ? null : html`<dl>${args.map((argument) => inputValue(argument, null))}</dl>`;

/** @param id by which links name it; null where its name is another's on the same page, too */
function inputValue(value: GraphQLArgument | GraphQLInputField, id: string | null): Html {
  const preset = value.defaultValue === undefined ? null : ` = ${JSON.stringify(value.defaultValue)}`;
  return html`<dt ${id !== null && html`id="${id}"`}>
      <code>${value.name}: ${typeReference(value.type)}${preset}</code>
    </dt>
    <dd>${deprecation(value)}${described(value.description)}</dd>`;
}

function deprecation({ deprecationReason }: { readonly deprecationReason?: string | null | undefined }): Html | null {
  return deprecationReason == null
    ? null
    : html`<div class="deprecated"><strong>Deprecated.</strong> ${described(deprecationReason)}</div>`;
}

/** The fields that give or take it. */
function whereMet(schema: GraphQLSchema, type: GraphQLNamedType): Html[] {
  return Object.values(schema.getTypeMap()).flatMap((parent) => {
    if (parent.name.startsWith('__')) return [];
    if (!isObjectType(parent) && !isInterfaceType(parent) && !isInputObjectType(parent)) return [];
    return Object.values(parent.getFields())
      .filter((field) => typesAt(field).some((each) => getNamedType(each) === type))
      .map(
        ({ name }) =>
          html`<li>
            <a href="${placeOf(schema, parent, name)}"><code>${parent.name}.${name}</code></a>
          </li>`,
      );
  });
}

const typesAt = (field: GraphQLField<unknown, unknown> | GraphQLInputField): GraphQLType[] =>
  'args' in field ? [field.type, ...field.args.map((argument) => argument.type)] : [field.type];

function placeOf(schema: GraphQLSchema, parent: GraphQLNamedType, field: string): string {
  if (parent === schema.getQueryType()) return `/docs/queries#${field}`;
  if (parent === schema.getMutationType()) return `/docs/mutations#${field}`;
  return parent === schema.getSubscriptionType() ? `/docs/subscriptions#${field}` : `${typePath(parent.name)}#${field}`;
}
