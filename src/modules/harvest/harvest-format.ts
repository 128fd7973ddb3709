/** The form in which a record is harvested. */
import type { RecordDocument } from '../documents/record-document.js';
import type { Labels } from './harvest.loaders.js';

export interface HarvestSource {
  /** The address of the server as clients know it, without a slash at the end. */
  readonly base: string;
  readonly publisher: string;
  /** The address of the licence. */
  readonly license: string;
  /** By names of sets. */
  readonly labels: ReadonlyMap<string, Labels>;
}

export interface HarvestFormat {
  /** How harvesters ask for it. */
  readonly prefix: string;
  readonly namespace: (base: string) => string;
  /** Where its schema lies. */
  readonly schema: (base: string) => string;
  /** One element, which declares its namespaces. */
  readonly write: (document: RecordDocument, source: HarvestSource) => string;
}
