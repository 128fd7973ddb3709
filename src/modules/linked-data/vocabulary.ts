/** The vocabulary at `/ns`: the terms of our own, and the values of enums as concepts. */
import { conceptPrefix } from './context.js';
import { CONCEPTS, type Label } from './concept-wording.js';
import { type NodeObject, nodeObject } from './node-object.js';
import { expand, prefixes } from './terms.js';
import { OWN_CLASSES, OWN_PROPERTIES, type OwnTerm } from './vocabulary-wording.js';

export const VOCABULARY_PATH = '/ns';

export function vocabularyNodes(base: string): NodeObject[] {
  return [
    ...termNodes(OWN_CLASSES, 'Class', base),
    ...termNodes(OWN_PROPERTIES, 'Property', base),
    ...conceptNodes(base),
  ];
}

function termNodes(terms: Readonly<Record<string, OwnTerm>>, type: 'Class' | 'Property', base: string): NodeObject[] {
  const known = prefixes(base);
  return Object.entries(terms).map(([name, { wording, wider = [], range }]) =>
    nodeObject(expand(`medspil:${name}`, known), type, {
      label: { da: wording.da[0], en: wording.en[0] },
      comment: { da: wording.da[1], en: wording.en[1] },
      [type === 'Class' ? 'subClassOf' : 'subPropertyOf']: wider.map((id) => expand(id, known)),
      range: range && expand(range, known),
      isDefinedBy: base + VOCABULARY_PATH,
    }),
  );
}

function conceptNodes(base: string): NodeObject[] {
  return Object.entries(CONCEPTS).flatMap(([of, { label, values }]) => {
    // In small letters, as no value is.
    const scheme = `${conceptPrefix(of, base)}values`;
    const addresses = Object.keys(values).map((value) => conceptPrefix(of, base) + value);
    return [
      schemeNode(scheme, label, addresses),
      ...Object.entries(values).map(([value, label]) =>
        conceptNode(conceptPrefix(of, base) + value, label, scheme, { notation: value }),
      ),
    ];
  });
}

/** @param concepts the addresses of what is in it */
export function schemeNode(address: string, label: Label, concepts: readonly string[]): NodeObject {
  return nodeObject(address, 'ConceptScheme', { prefLabel: { ...label }, hasTopConcept: concepts });
}

/** @param further what else is told of it */
export function conceptNode(
  address: string,
  label: Label,
  scheme: string,
  further: Readonly<Record<string, NodeObject[string] | null>>,
): NodeObject {
  return nodeObject(address, 'Concept', {
    prefLabel: { ...label },
    ...further,
    inScheme: scheme,
    topConceptOf: scheme,
  });
}
