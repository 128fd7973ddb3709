/** The page of a record: everything that is published of it, to read and to print. */
import type { RecordDocument, RecordReference } from '../documents/record-document.js';
import { RecordKind } from '../records/record.entity.js';
import { CITATION_FORMATS } from '../citations/citation-format.js';
import { authorsOf, issuedOn, oneLine } from '../citations/citation.js';
import { INVERSE, LinkRelation } from '../records/link.entity.js';
import { conceptLabel } from './concept-wording.js';
import { anchor, beginning, escapeHtml, type PageLanguage, type PageLink, writePage } from './html.js';
import { PAGE_WORDING, type PageWording } from './page-wording.js';
import { contentOf, facts, list, period, section } from './record-page-content.js';
import type { FoundRecord } from './record-resource.loaders.js';

export interface RecordPage {
  readonly document: RecordDocument;
  readonly found: Pick<FoundRecord, 'themes' | 'recommendations' | 'related' | 'versions'>;
  /** The texts in Markdown as HTML, by the names of their fields. */
  readonly rendered: Readonly<Record<string, string>>;
  readonly publisher: string;
  readonly license: string;
  readonly links: readonly PageLink[];
  /** JSON-LD of schema.org. */
  readonly data: object;
  /** The formats of the record itself, by suffix. */
  readonly formats: readonly { readonly suffix: string; readonly name: string }[];
}

export function languageOf({ language }: Pick<RecordDocument, 'language'>): PageLanguage {
  return language === 'DA' ? 'da' : 'en';
}

export function writeRecordPage(page: RecordPage): string {
  const { document, links, data } = page;
  const language = languageOf(document);
  const wording = PAGE_WORDING[language];
  return writePage({
    language,
    title: document.title,
    description: beginning(summaryOf(document)),
    links,
    data,
    body: [
      '<article>',
      head(document, wording, language),
      contentOf(document, page.rendered, wording, language),
      relations(page, wording, language),
      adoptions(document, wording, language),
      subjects(page, wording, language),
      sources(document, wording),
      '</article>',
    ].join('\n'),
    foot: foot(page, wording),
  });
}

function summaryOf(document: RecordDocument): string {
  switch (document.recordKind) {
    case RecordKind.CASE_STUDY:
      return document.summary;
    case RecordKind.EXPERIENCE:
      return document.experienced || document.gain || document.purpose || document.title;
    case RecordKind.LESSON:
      return document.advice || document.title;
  }
}

function head(document: RecordDocument, wording: PageWording, language: PageLanguage): string {
  const { organisation, publishedAt, updatedAt, version } = document;
  const by = organisation.url === null ? escapeHtml(organisation.name) : anchor(organisation.url, organisation.name);
  const isChanged = publishedAt !== updatedAt;
  const dates = [
    `${wording.published} ${time(publishedAt, language)}`,
    ...(isChanged ? [`${wording.changed} ${time(updatedAt, language)}`] : []),
    `${wording.version} ${version}`,
  ];
  return [
    `<p class="kind">${wording.kinds[document.recordKind]}</p>`,
    `<h1>${escapeHtml(document.title)}</h1>`,
    `<p class="by">${by} · ${dates.join(', ')}</p>`,
    ...(document.provenance === 'ILLUSTRATIVE' ? [`<p class="note">${wording.illustration}</p>`] : []),
    ...(document.documentation === 'INCOMPLETE' ? [`<p class="note">${wording.incomplete}</p>`] : []),
  ].join('\n');
}

/** A day as people of the language write it, with the time for programs. */
export function time(moment: string, language: PageLanguage): string {
  const day = new Date(moment).toLocaleDateString(language === 'da' ? 'da-DK' : 'en-GB', {
    dateStyle: 'long',
    timeZone: 'UTC',
  });
  return `<time datetime="${moment}">${day}</time>`;
}

export function recordLink({ url, title }: Pick<RecordReference, 'url' | 'title'>, language?: PageLanguage): string {
  return anchor(url, title, language === undefined ? '' : ` hreflang="${language}" lang="${language}"`);
}

function relations({ document, found }: RecordPage, wording: PageWording, language: PageLanguage): string {
  const links = document.links.map(({ relation, from, to, note }) => {
    const starts = from.id === document.id;
    const role = starts ? relation : INVERSE[relation as LinkRelation];
    const name = wording.inverse[role as keyof PageWording['inverse']] ?? conceptLabel('relation', relation, language);
    return `${escapeHtml(name)}: ${recordLink(starts ? to : from)}${note === null ? '' : `<br>${escapeHtml(note)}`}`;
  });
  const heading = document.recordKind === 'CASE_STUDY' ? wording.experiences : wording.lessons;
  return (
    section(heading, list(found.related.map((reference) => recordLink(reference, languageOf(reference))))) +
    section(wording.related, list(links))
  );
}

function adoptions({ adoptions }: RecordDocument, wording: PageWording, language: PageLanguage): string {
  const items = adoptions.map(({ organisation, taken, adaptation, outcome, result, adoptedOn }) => {
    const when = adoptedOn === null ? '' : ` (${escapeHtml(period(adoptedOn, null, language))})`;
    const how = [
      ...(outcome === null ? [] : [conceptLabel('outcome', outcome, language)]),
      ...(result === null ? [] : [result]),
    ].join(': ');
    return [
      `<strong>${escapeHtml(organisation.name)}</strong>${when}: ${escapeHtml(taken)}`,
      ...(adaptation === null ? [] : [`${wording.adapted}: ${escapeHtml(adaptation)}`]),
      ...(how === '' ? [] : [escapeHtml(how)]),
    ].join('<br>');
  });
  return section(wording.adoptions, list(items));
}

function subjects({ document, found }: RecordPage, wording: PageWording, language: PageLanguage): string {
  const base = document.url.slice(0, document.url.lastIndexOf('/records/'));
  const named = <Named extends { danishLabel: string; englishLabel: string }>(
    all: readonly Named[],
    path: (one: Named) => string,
  ) => all.map((one) => anchor(`${base}${path(one)}`, language === 'da' ? one.danishLabel : one.englishLabel));
  return (
    section(wording.themes, list(named(found.themes, ({ slug }) => `/themes/${slug}`))) +
    section(
      wording.recommendations,
      list(named(found.recommendations, ({ number }) => `/framework/recommendations/${number}`)),
    )
  );
}

function sources({ sources }: RecordDocument, wording: PageWording): string {
  const items = sources.map(({ title, publisher, year, url, page }) => {
    const rest = [publisher, year, page].filter((each) => each !== null).map(String);
    const name = url === null ? escapeHtml(title) : anchor(url, title, ' rel="noopener"');
    return [name, ...rest.map(escapeHtml)].join(', ');
  });
  return section(wording.sources, items.length > 0 ? list(items) : `<p>${wording.noSources}</p>`);
}

function foot({ document, found, publisher, license, formats }: RecordPage, wording: PageWording): string {
  const language = languageOf(document);
  const addresses = (all: readonly { suffix: string; name: string }[]) =>
    all.map(({ suffix, name }) => anchor(`${document.url}.${suffix}`, name)).join(' · ');
  const authors = authorsOf(document).join('; ');
  const reference = `${authors} (${issuedOn(document).slice(0, 4)}). ${oneLine(document.title)} (${wording.version} ${document.version}). ${publisher}.`;
  const versions = found.versions.map(({ version, publishedAt }) => `${version}: ${time(publishedAt, language)}`);
  return [
    facts([
      [
        wording.cite,
        `${escapeHtml(reference)} ${anchor(document.url, document.url)}<br>${addresses(CITATION_FORMATS)}`,
      ],
      [wording.formats, addresses(formats)],
      [wording.history, versions.join('<br>')],
    ]),
    `<p>${wording.licence} ${anchor(license, license, ' rel="license"')}.</p>`,
  ].join('\n');
}
