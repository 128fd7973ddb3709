/** Organisations as nodes of JSON-LD. */
import type { OrganisationReference } from '../documents/record-document.js';
import { iri, type NodeObject, nodeObject } from './node-object.js';

/** Those of one document: each is described where it is first named, and is told by its IRI alone after that. */
export class OrganisationNodes {
  private readonly described = new Set<string>();

  constructor(private readonly base: string) {}

  node(organisation: OrganisationReference): NodeObject | string {
    const id = organisationAddress(organisation.id, this.base);
    if (this.described.has(id)) return id;
    this.described.add(id);
    return organisationNode(organisation, this.base);
  }
}

export function organisationAddress(id: string, base: string): string {
  return `${base}/organisations/${id}`;
}

export function organisationNode(organisation: OrganisationReference, base: string): NodeObject {
  const id = organisationAddress(organisation.id, base);
  return nodeObject(id, organisation.kind === 'LIBRARY' ? ['Organization', 'Library'] : 'Organization', {
    name: organisation.name,
    isil: organisation.isil,
    agencyId: organisation.agencyId,
    sector: organisation.sector,
    cvr: organisation.cvr,
    address: nodeObject(`${id}#address`, 'PostalAddress', { addressCountry: organisation.country }),
    location: organisation.municipalityCode && `${base}/municipalities/${organisation.municipalityCode}`,
    sameAs: organisation.wikidataId && `http://www.wikidata.org/entity/${organisation.wikidataId}`,
    url: iri(organisation.url),
  });
}
