/** What nodes and edges of the graph may say of themselves. */

/** Types by name, as GraphML calls them. */
export type Attributes = Readonly<Record<string, 'string' | 'int' | 'boolean'>>;

export const NODE_ATTRIBUTES = {
  /** CASE_STUDY, EXPERIENCE, LESSON, LIBRARY or PARTNER. */
  type: 'string',
  /** Title or name; what programs show. */
  label: 'string',
  url: 'string',
  slug: 'string',
  version: 'int',
  language: 'string',
  provenance: 'string',
  documentation: 'string',
  publishedAt: 'string',
  updatedAt: 'string',
  /** Numbers and slugs, with semicolons between. */
  recommendations: 'string',
  themes: 'string',
  kind: 'string',
  scope: 'string',
  state: 'string',
  startedOn: 'string',
  endedOn: 'string',
  phase: 'string',
  outcome: 'string',
  country: 'string',
  municipalityCode: 'string',
  isil: 'string',
  sector: 'string',
  cvr: 'string',
  wikidataId: 'string',
  /** True of what others refer to and is not itself among what was asked for. */
  outside: 'boolean',
  deleted: 'boolean',
  retractedAt: 'string',
} as const satisfies Attributes;

export const EDGE_ATTRIBUTES = {
  /** RESPONSIBLE, PARTY, EXPERIENCE_OF, EVIDENCE, ADOPTION or LINK. */
  type: 'string',
  /** Of links. */
  relation: 'string',
  /** Of parties. */
  role: 'string',
  /** Of evidence. */
  stance: 'string',
  /** Of adoptions. */
  outcome: 'string',
  adoptedOn: 'string',
  note: 'string',
  createdAt: 'string',
} as const satisfies Attributes;

type Value<Type> = Type extends 'int' ? number : Type extends 'boolean' ? boolean : string;
type Values<Of extends Attributes> = { readonly [Name in keyof Of]?: Value<Of[Name]> | null | undefined };

export interface GraphNode extends Values<typeof NODE_ATTRIBUTES> {
  readonly id: string;
}

export interface GraphEdge extends Values<typeof EDGE_ATTRIBUTES> {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  /** True unless told. */
  readonly directed?: boolean;
}
