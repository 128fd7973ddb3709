/** Where what records point at has its address. */
import type { Context } from '../../platform/auth/context.js';
import { FrameworkElementKind } from '../framework/framework.entity.js';
import { conceptResource, type ConceptPage } from './concept-page.js';
import {
  type Place,
  readMunicipality,
  readOrganisation,
  readRegion,
  readStatements,
  readThemes,
  type Statement,
} from './concept.loaders.js';
import type { Label } from './concept-wording.js';
import { conceptLabel } from './concept-wording.js';
import { anchor, escapeHtml } from './html.js';
import { type NodeObject, nodeObject } from './node-object.js';
import { organisationAddress, organisationNode } from './organisation-node.js';
import { municipalityNode } from './partnership-node.js';
import { conceptNode, schemeNode } from './vocabulary.js';

/** A few rows of the reference data. */
const CONCEPT_POINTS = 5;

interface Concept {
  /** The last part of its address. */
  readonly name: string;
  readonly label: Label;
  readonly definition: Label | null;
}

interface Scheme {
  readonly path: string;
  readonly kind: string;
  readonly label: Label;
  readonly read: (context: Context) => Promise<Concept[]>;
}

const SCHEMES: readonly Scheme[] = [
  {
    path: '/themes',
    kind: 'Theme',
    label: { da: 'Temaer', en: 'Themes' },
    read: async ({ database }) =>
      (await readThemes(database)).map(({ slug, danishLabel, englishLabel }) => ({
        name: slug,
        label: { da: danishLabel, en: englishLabel },
        definition: null,
      })),
  },
  {
    path: '/framework/recommendations',
    kind: 'Recommendation',
    label: { da: 'Rammens anbefalinger', en: 'Recommendations of the framework' },
    read: async ({ database }) =>
      (await readStatements(database, FrameworkElementKind.RECOMMENDATION)).map(conceptOfStatement),
  },
  {
    path: '/framework/rationales',
    kind: 'Rationale',
    label: { da: 'Rammens begrundelser', en: 'Rationales of the framework' },
    read: async ({ database }) =>
      (await readStatements(database, FrameworkElementKind.RATIONALE)).map(conceptOfStatement),
  },
];

function conceptOfStatement({ number, danishLabel, englishLabel, danishText, englishText }: Statement): Concept {
  return {
    name: String(number),
    label: { da: danishLabel, en: englishLabel },
    definition: { da: danishText, en: englishText },
  };
}

/** @param base gives the address of the server as clients know it, without a slash at the end */
export function conceptResources(base: () => string) {
  return [...SCHEMES.flatMap((scheme) => schemeResources(scheme, base)), ...thingResources(base)];
}

/** A scheme of concepts, and each of them behind its path. */
function schemeResources({ path, kind, label, read }: Scheme, base: () => string) {
  const node = (concept: Concept) => {
    const further = { notation: concept.name, definition: concept.definition && { ...concept.definition } };
    return conceptNode(`${base()}${path}/${concept.name}`, concept.label, `${base()}${path}`, further);
  };
  return [
    {
      path,
      points: CONCEPT_POINTS,
      read: async (context: Context) => {
        const concepts = await read(context);
        const nodes = concepts.map(node);
        const url = `${base()}${path}`;
        const scheme = schemeNode(
          url,
          label,
          nodes.map((each) => each['@id']),
        );
        const items = concepts.map(({ name, label }) => ({ url: `${url}/${name}`, name: label }));
        return conceptResource(url, [scheme, ...nodes], { kind: 'Vocabulary', name: label, facts: [], items }, base());
      },
    },
    {
      path: `${path}/`,
      points: CONCEPT_POINTS,
      read: async (context: Context, name: string) => {
        const concept = (await read(context)).find((each) => each.name === name);
        if (concept === undefined) return null;
        const { definition } = concept;
        const page: ConceptPage = {
          kind,
          name: concept.label,
          facts: [
            ['Meaning', definition && escapeHtml(definition.en)],
            ['Betydning', definition && `<span lang="da">${escapeHtml(definition.da)}</span>`],
            ['All', anchor(`${base()}${path}`, label.en)],
          ],
        };
        return conceptResource(`${base()}${path}/${name}`, [node(concept)], page, base());
      },
    },
  ];
}

/** Organisations and places. */
function thingResources(base: () => string) {
  const route = (path: string, read: (context: Context, name: string, base: string) => Promise<Thing | null>) => ({
    path,
    points: CONCEPT_POINTS,
    read: async (context: Context, name: string) => {
      const thing = await read(context, name, base());
      return thing && conceptResource(`${base()}${path}${name}`, [thing.node], thing.page, base());
    },
  });
  return [
    route('/organisations/', async ({ database }, id, address) => {
      const found = await readOrganisation(database, id);
      if (found === null) return null;
      const named = (value: string | null) => value && escapeHtml(value);
      return {
        node: organisationNode(found, address),
        page: {
          kind: found.kind === 'LIBRARY' ? 'Library' : 'Partner',
          name: { da: found.name, en: found.name },
          facts: [
            ['ISIL', named(found.isil)],
            ['Agency number', named(found.agencyId)],
            ['Sector', found.sector && named(conceptLabel('sector', found.sector, 'en'))],
            ['CVR', named(found.cvr)],
            [
              'Wikidata',
              found.wikidataId && anchor(`https://www.wikidata.org/wiki/${found.wikidataId}`, found.wikidataId),
            ],
            ['Country', named(found.country)],
            ['Home page', found.url && anchor(found.url, found.url)],
            ['Address here', anchor(organisationAddress(id, address), organisationAddress(id, address))],
          ],
        },
      };
    }),
    route('/municipalities/', async ({ database }, code, address) => {
      const found = await readMunicipality(database, code);
      if (found === null) return null;
      const { region } = found;
      return {
        node: municipalityNode(found, address),
        page: {
          kind: 'Municipality',
          name: nameOf(found),
          facts: [
            ['Code', escapeHtml(code)],
            ['Region', anchor(`${address}/regions/${region.code}`, region.englishName)],
          ],
        },
      };
    }),
    route('/regions/', async ({ database }, code, address) => {
      const found = await readRegion(database, code);
      if (found === null) return null;
      return {
        node: nodeObject(`${address}/regions/${code}`, 'AdministrativeArea', {
          name: { da: found.name },
          identifier: code,
        }),
        page: { kind: 'Region', name: nameOf(found), facts: [['Code', escapeHtml(code)]] },
      };
    }),
  ];
}

interface Thing {
  readonly node: NodeObject;
  readonly page: ConceptPage;
}

function nameOf({ name, englishName }: Place): Label {
  return { da: name, en: englishName };
}
