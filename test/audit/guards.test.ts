/** Every way to a record or a person says by which action it is guarded. That the guards hold: see permissions.test.ts. */
import { buildSchema, type GraphQLSchema, isObjectType } from 'graphql';
import { describe, expect, it } from 'vitest';
import { RULES } from '../../src/platform/auth/permissions.js';
import { buildGraphqlSchema } from '../../src/schema.js';
import { rootFields, unguardedFields, wrongActions } from './guard-rules.js';

/** Types of which everybody may see what there is, or who may see the record that they are a part of. */
const OPEN_TYPES = [
  // Paging and errors.
  'PageInfo',
  'UserError',
  'NewContentError',
  // The directory.
  'Organisation',
  'Library',
  'Partner',
  'Municipality',
  'Region',
  // The framework. What records say of it is counted over what the viewer may see.
  'Framework',
  'FrameworkDefinition',
  'Initiative',
  'Potential',
  'Rationale',
  'Recommendation',
  'RecommendationCoverage',
  'Theme',
  // Parts of a record, which have its visibility.
  'Benefit',
  'Confidence',
  'Contribution',
  'DefinitionCheck',
  'Funding',
  'Party',
  'RuleOfPlay',
  'Source',
  // Numbers of what everybody may see.
  'AnswerCount',
  'MunicipalityPair',
  'OrganisationPair',
  'SectorPair',
  'StatisticCount',
  // Names and lengths.
  'SnapshotFile',
  // Numbers and places in a text, of a search that is guarded.
  'SearchFacet',
  'SearchFacets',
  'TextRange',
];

/** Asked about by what runs without the API: an importer may bring themes. */
const OUTSIDE_THE_API = ['theme.create'];

describe('the schema', () => {
  const schema = buildGraphqlSchema();

  it('declares for each root field an action of the table, and leaves none of them out', () => {
    expect(rootFields(schema).length).toBeGreaterThan(40);
    const actions = Object.keys(RULES);
    expect(wrongActions(schema, actions)).toEqual(OUTSIDE_THE_API.map((action) => `${action} guards nothing`));
  });

  it('declares a guard on each way to what not everybody may see', () => {
    expect(unguardedFields(schema, OPEN_TYPES)).toEqual([]);
  });

  it('has the types that are named as open, among which is no record and no person', () => {
    expect(OPEN_TYPES.filter((name) => schema.getType(name) === undefined)).toEqual([]);
    const records = schema.getPossibleTypes(schema.getType('KnowledgeRecord') as never).map(({ name }) => name);
    expect(records).toContain('Lesson');
    const guarded = [
      ...records,
      'Adoption',
      'ApiKey',
      'AuditEntry',
      'Evidence',
      'Invitation',
      'KnowledgeEvent',
      'KnowledgeRecord',
      'Link',
      'Membership',
      'Node',
      'Person',
      'Revision',
      'WebhookAttempt',
      'WebhookDelivery',
      'WebhookEndpoint',
    ];
    expect(guarded.filter((name) => schema.getType(name) === undefined)).toEqual([]);
    expect(guarded.filter((name) => OPEN_TYPES.includes(name))).toEqual([]);
  });
});

describe('the audit tells of', () => {
  it('root fields without an action, actions that there are not, and those that guard nothing', () => {
    const schema = sample(
      `type Query { good: Int, silent: Int, odd: Int, both: Int }
      type Mutation { write: Int }
      type Subscription { hear: Int }`,
      { 'Query.good': ['a'], 'Query.odd': ['z'], 'Query.both': ['a', 'b'], 'Mutation.write': ['a'] },
    );
    expect(wrongActions(schema, ['a', 'b', 'c'])).toEqual([
      'Query.silent declares no action',
      'Subscription.hear declares no action',
      'Query.odd declares z, which is no action',
      'c guards nothing',
    ]);
  });

  it('ways to what is not open, however long, and to types that are new', () => {
    const schema = sample(
      `type Query { records: RecordConnection!, node: Node, places: PlaceConnection!, news: New }
      type Mutation { write: RecordPayload!, place: PlacePayload! }
      interface Node { id: ID! }
      type Record implements Node { id: ID!, place: Place, other: Record, records: RecordConnection!, good: [Record!]! }
      type RecordConnection { edges: [RecordEdge!]!, nodes: [Record!]!, best: Record }
      type RecordEdge { node: Record!, end: Record }
      type RecordPayload { record: Record, errors: [Error!]! }
      type Place { id: ID!, record: Record }
      type PlaceConnection { edges: [PlaceEdge!]!, nodes: [Place!]! }
      type PlaceEdge { node: Place! }
      type PlacePayload { place: Place, errors: [Error!]! }
      type Error { message: String! }
      type New { text: String }`,
      { 'Record.good': ['a'], 'Query.node': ['a'] },
    );
    expect(unguardedFields(schema, ['Place', 'Error']).map((line) => line.split(' ')[0])).toEqual([
      'Query.records',
      'Query.news',
      'Mutation.write',
      'Record.other',
      'Record.records',
      'RecordConnection.best',
      'RecordEdge.end',
      'Place.record',
    ]);
  });
});

function sample(text: string, actions: Readonly<Record<string, readonly [string, string?]>>): GraphQLSchema {
  const schema = buildSchema(text);
  for (const [place, [action, own]] of Object.entries(actions)) {
    const [typeName, fieldName] = place.split('.') as [string, string];
    const type = schema.getType(typeName);
    if (isObjectType(type)) type.getFields()[fieldName]!.extensions = own === undefined ? { action } : { action, own };
  }
  return schema;
}
