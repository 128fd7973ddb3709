/** Pages of what records point at, and of the vocabulary: short, and in both languages at once. */
import type { Label } from './concept-wording.js';
import { anchor, escapeHtml, PAGE_SECURITY_POLICY, type PageLink, writePage } from './html.js';
import { linkedData, LINKED_DATA_FORMATS } from './linked-data-formats.js';
import type { NodeObject } from './node-object.js';
import { facts, list } from './record-page-content.js';
import { linkHeader, schemaOrg } from './signposts.js';

export interface ConceptPage {
  readonly kind: string;
  readonly name: Label;
  /** A name and, as HTML, what is to be said of it. */
  readonly facts: readonly (readonly [string, string | null])[];
  /** What belongs to it. */
  readonly items?: readonly { readonly url: string; readonly name: Label }[];
}

/**
 * The resource of nodes and the page about them.
 *
 * @param url its address without a suffix
 */
export function conceptResource(url: string, nodes: readonly NodeObject[], page: ConceptPage, base: string) {
  const links: PageLink[] = [
    { rel: 'cite-as', href: url },
    ...LINKED_DATA_FORMATS.map(({ suffix, mediaType }) => ({
      rel: 'describedby',
      href: `${url}.${suffix}`,
      type: mediaType,
    })),
  ];
  return {
    status: 200 as const,
    url,
    representations: [
      {
        suffix: 'html',
        mediaType: 'text/html',
        headers: {
          link: linkHeader(links),
          'content-language': 'en, da',
          'content-security-policy': PAGE_SECURITY_POLICY,
        },
        write: () => writeConceptPage(url, nodes, page, links),
      },
      ...linkedData(nodes, base),
    ],
  };
}

function writeConceptPage(url: string, nodes: readonly NodeObject[], page: ConceptPage, links: readonly PageLink[]) {
  const { name, kind, items = [] } = page;
  const formats = LINKED_DATA_FORMATS.map(({ suffix, name }) => anchor(`${url}.${suffix}`, name)).join(' · ');
  return writePage({
    language: 'en',
    title: name.en,
    links,
    data: nodes.length === 1 ? schemaOrg(nodes[0]!) : undefined,
    body: [
      `<p class="kind">${escapeHtml(kind)}</p>`,
      `<h1>${escapeHtml(name.en)}</h1>`,
      name.da === name.en ? '' : `<p class="lead" lang="da">${escapeHtml(name.da)}</p>`,
      facts([...page.facts, ['For programs', formats]]),
      list(
        items.map((item) => `${anchor(item.url, item.name.en)} · <span lang="da">${escapeHtml(item.name.da)}</span>`),
      ),
    ].join('\n'),
  });
}
