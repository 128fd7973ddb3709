/** The partnership that a case tells of, as a node of JSON-LD. */
import type { CaseStudyDocument, PartyDocument, RecordReference } from '../documents/record-document.js';
import { type NodeObject, nodeObject, textIn } from './node-object.js';
import type { OrganisationNodes } from './organisation-node.js';

/** The IRI of the partnership: what is told of it is not told of the text about it. */
export function partnershipAddress({ url }: Pick<RecordReference, 'url'>): string {
  return `${url}#partnership`;
}

export function partnershipNode(
  document: CaseStudyDocument,
  language: string,
  organisations: OrganisationNodes,
  base: string,
): NodeObject {
  const { url, municipality } = document;
  return nodeObject(partnershipAddress(document), 'Partnership', {
    caseStudyKind: document.kind,
    scope: document.scope,
    state: document.state,
    startDate: document.startedOn,
    endDate: document.endedOn,
    location: municipality && municipalityNode(municipality, base),
    rationale: document.rationales.map((number) => `${base}/framework/rationales/${number}`),
    wasAssociatedWith: document.parties.map(({ organisation }) => organisations.node(organisation)),
    qualifiedAssociation: document.parties.map((party) => partyNode(party, url, language, organisations)),
    ruleOfPlay: document.rulesOfPlay.map(({ topic, text }, place) =>
      nodeObject(`${url}#rule-${place + 1}`, 'RuleOfPlay', { topic, text: textIn(language, text) }),
    ),
    benefit: document.benefits.map(({ group, description }, place) =>
      nodeObject(`${url}#benefit-${place + 1}`, 'Benefit', {
        stakeholderGroup: group,
        description: textIn(language, description),
      }),
    ),
    funding: document.funding.map(({ pool, amount, currency, year }, place) => {
      const id = `${url}#funding-${place + 1}`;
      return nodeObject(id, 'MonetaryGrant', {
        name: pool,
        amount: amountNode(id, amount, currency),
        date: yearText(year),
      });
    }),
  });
}

function partyNode(
  { organisation, role, contributions }: PartyDocument,
  url: string,
  language: string,
  organisations: OrganisationNodes,
): NodeObject {
  return nodeObject(`${url}#party-${organisation.id}`, 'Party', {
    agent: organisations.node(organisation),
    role,
    contribution: contributions.map(({ kind, description, amount, currency }, place) => {
      const id = `${url}#contribution-${organisation.id}-${place + 1}`;
      return nodeObject(id, 'Contribution', {
        contributionKind: kind,
        description: textIn(language, description),
        amount: amountNode(id, amount, currency),
      });
    }),
  });
}

/** As text: a number of JSON would be an `xsd:double`, and 0.1 would not be what was written. */
function amountNode(id: string, amount: number | null, currency: string | null): NodeObject | null {
  return amount === null ? null : nodeObject(`${id}-amount`, 'MonetaryAmount', { value: amount.toFixed(2), currency });
}

export function municipalityNode(
  { code, name, region }: NonNullable<CaseStudyDocument['municipality']>,
  base: string,
): NodeObject {
  return nodeObject(`${base}/municipalities/${code}`, 'AdministrativeArea', {
    name: textIn('da', name),
    identifier: code,
    containedInPlace: nodeObject(`${base}/regions/${region.code}`, 'AdministrativeArea', {
      name: textIn('da', region.name),
      identifier: region.code,
    }),
  });
}

/** `xsd:gYear` has four digits at least. */
export function yearText(year: number | null): string | null {
  return year === null ? null : String(year).padStart(4, '0');
}
