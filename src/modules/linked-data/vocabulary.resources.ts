/** Where the vocabulary, the context and the shapes have their address. */
import { conceptResource } from './concept-page.js';
import { context, CONTEXT_PATH } from './context.js';
import { LINKED_DATA_FORMATS } from './linked-data-formats.js';
import { shapes } from './shapes.js';
import { vocabularyNodes, VOCABULARY_PATH } from './vocabulary.js';
import { OWN_CLASSES, OWN_PROPERTIES } from './vocabulary-wording.js';
import { escapeHtml } from './html.js';

const VOCABULARY_POINTS = 5;
/** It changes with a release alone; programs ask for the context with every file that they read. */
const CACHE_CONTROL = 'public, max-age=86400';
const SHAPES_PATH = '/ns/shapes';

const [JSON_LD, TURTLE] = LINKED_DATA_FORMATS;

/** @param base gives the address of the server as clients know it, without a slash at the end */
export function vocabularyResources(base: () => string) {
  const file = (path: string, { suffix, mediaType }: { suffix: string; mediaType: string }, write: () => string) => ({
    path,
    points: VOCABULARY_POINTS,
    read: async () => ({
      status: 200 as const,
      url: base() + path,
      cacheControl: CACHE_CONTROL,
      representations: [{ suffix, mediaType, write }],
    }),
  });
  return [
    {
      path: VOCABULARY_PATH,
      points: VOCABULARY_POINTS,
      read: async () => ({
        ...conceptResource(base() + VOCABULARY_PATH, vocabularyNodes(base()), page(), base()),
        cacheControl: CACHE_CONTROL,
      }),
    },
    file(CONTEXT_PATH.replace(/\.jsonld$/, ''), JSON_LD!, () => `${JSON.stringify({ '@context': context(base()) })}\n`),
    file(SHAPES_PATH, TURTLE!, () => shapes(base())),
  ];
}

function page() {
  const terms = Object.entries({ ...OWN_CLASSES, ...OWN_PROPERTIES }).map(([name, { wording }]) => {
    const [danish, meaning] = wording.da;
    const meanings = `${escapeHtml(wording.en[1])}<br><span lang="da">${escapeHtml(`${danish}: ${meaning}`)}</span>`;
    return [name, meanings] as const;
  });
  return {
    kind: 'Vocabulary',
    name: { da: 'Medspils egne begreber', en: "Medspil's own terms" },
    facts: terms,
  };
}
