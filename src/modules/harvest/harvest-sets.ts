/** Sets, OAI-PMH 2.0, section 2.6: which there are, and what they are called. */
import type { Labels } from './harvest.loaders.js';

export interface HarvestSet {
  readonly name: string;
  readonly title: string;
}

/** Those that are the same everywhere; the others lie in them. */
const FIXED: Readonly<Record<string, string>> = {
  kind: 'By kind of record',
  'kind:case-study': 'Case studies',
  'kind:experience': 'Experiences',
  'kind:lesson': 'Lessons',
  organisation: 'By who answers for the record',
  'organisation:library': 'Libraries',
  'organisation:partner': 'Partners of libraries',
  'organisation:partner:civil-society': 'Partners from civil society',
  'organisation:partner:private': 'Private partners',
  'organisation:partner:public': 'Public partners',
  provenance: 'By where the content comes from',
  'provenance:documented': 'Resting on published sources',
  'provenance:illustrative': 'Illustrations, invented',
  'provenance:imported': 'Taken over from other data sets',
  'provenance:reported': 'Told by those who took part',
  recommendation: 'By recommendation for partnerships',
  region: 'By region and municipality',
  theme: 'By theme',
};

/** @param labels those that come from tables */
export function listSets(labels: ReadonlyMap<string, Labels>): HarvestSet[] {
  const sets = [
    ...Object.entries(FIXED).map(([name, title]) => ({ name, title })),
    ...[...labels].map(([name, { english }]) => ({ name, title: english })),
  ];
  // Each behind the one that it lies in.
  return sets.sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** Of sets with those that they lie in, those that no other lies in: these imply the rest. */
export function innermost(sets: readonly string[]): string[] {
  return sets.filter((name) => !sets.some((other) => other.startsWith(`${name}:`)));
}
