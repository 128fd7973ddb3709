/** What a record says, as HTML: by its kind. */
import type {
  CaseStudyDocument,
  ExperienceDocument,
  LessonDocument,
  RecordDocument,
} from '../documents/record-document.js';
import { RecordKind } from '../records/record.entity.js';
import { conceptLabel, CONCEPTS } from './concept-wording.js';
import { anchor, escapeHtml, type PageLanguage } from './html.js';
import type { PageWording } from './page-wording.js';

type Rendered = Readonly<Record<string, string>>;

/** A name and, as HTML, what is to be said of it. */
export type Fact = readonly [string, string | null];

export function contentOf(
  document: RecordDocument,
  rendered: Rendered,
  wording: PageWording,
  language: PageLanguage,
): string {
  switch (document.recordKind) {
    case RecordKind.CASE_STUDY:
      return caseStudy(document, rendered, wording, language);
    case RecordKind.EXPERIENCE:
      return experience(document, rendered, wording, language);
    case RecordKind.LESSON:
      return lesson(document, rendered, wording);
  }
}

/** A part with a heading; nothing where there is nothing in it. */
export function section(heading: string, content: string): string {
  return content === '' ? '' : `<section>\n<h2>${escapeHtml(heading)}</h2>\n${content}\n</section>\n`;
}

/** @param items as HTML */
export function list(items: readonly string[]): string {
  return items.length === 0 ? '' : `<ul>\n${items.map((item) => `<li>${item}</li>`).join('\n')}\n</ul>`;
}

/** Those that say something. */
export function facts(all: readonly Fact[]): string {
  const rows = all.filter(([, value]) => value !== null && value !== '');
  if (rows.length === 0) return '';
  return `<dl class="facts">\n${rows.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${value}</dd>`).join('\n')}\n</dl>`;
}

/** Days as people of the language write them; empty when neither is known. */
export function period(start: string | null, end: string | null, language: PageLanguage): string {
  const day = (date: string) =>
    new Date(`${date}T00:00:00Z`).toLocaleDateString(language === 'da' ? 'da-DK' : 'en-GB', {
      dateStyle: 'long',
      timeZone: 'UTC',
    });
  if (start === null && end === null) return '';
  if (end === null) return day(start!);
  return `${start === null ? '' : day(start)} – ${day(end)}`.trim();
}

function caseStudy(
  document: CaseStudyDocument,
  rendered: Rendered,
  wording: PageWording,
  language: PageLanguage,
): string {
  const named = (of: string, value: string | null) => value && escapeHtml(conceptLabel(of, value, language));
  const { municipality } = document;
  return [
    `<p class="lead">${escapeHtml(document.summary)}</p>`,
    facts([
      [conceptName('kind', language), named('kind', document.kind)],
      [conceptName('scope', language), named('scope', document.scope)],
      [conceptName('state', language), named('state', document.state)],
      [wording.period, escapeHtml(period(document.startedOn, document.endedOn, language))],
      [wording.municipality, municipality && escapeHtml(`${municipality.name} (${municipality.region.name})`)],
    ]),
    section(wording.story, rendered['description'] ?? ''),
    section(wording.parties, parties(document, language)),
    section(
      wording.rules,
      list(document.rulesOfPlay.map(({ topic, text }) => told(conceptLabel('topic', topic, language), text))),
    ),
    section(
      wording.benefits,
      list(
        document.benefits.map(({ group, description }) => told(conceptLabel('group', group, language), description)),
      ),
    ),
    section(
      wording.funding,
      list(
        document.funding.map(({ pool, amount, currency, year }) =>
          [pool, year, money(amount, currency, language)]
            .filter((each) => each !== null)
            .map((each) => escapeHtml(String(each)))
            .join(', '),
        ),
      ),
    ),
  ].join('\n');
}

function parties(document: CaseStudyDocument, language: PageLanguage): string {
  return list(
    document.parties.map(({ organisation, role, contributions }) => {
      const name =
        organisation.url === null ? escapeHtml(organisation.name) : anchor(organisation.url, organisation.name);
      const brought = list(
        contributions.map(({ kind, description, amount, currency }) => {
          const howMuch = money(amount, currency, language);
          return told(
            conceptLabel('contribution', kind, language),
            howMuch === null ? description : `${description} (${howMuch})`,
          );
        }),
      );
      return `${name} · ${escapeHtml(conceptLabel('role', role, language))}\n${brought}`;
    }),
  );
}

function told(name: string, text: string): string {
  return `<strong>${escapeHtml(name)}:</strong> ${escapeHtml(text)}`;
}

function money(amount: number | null, currency: string | null, language: PageLanguage): string | null {
  if (amount === null || currency === null) return null;
  return `${amount.toLocaleString(language === 'da' ? 'da-DK' : 'en-GB')} ${currency}`;
}

function conceptName(of: string, language: PageLanguage): string {
  return CONCEPTS[of]!.label[language];
}

function experience(
  document: ExperienceDocument,
  rendered: Rendered,
  wording: PageWording,
  language: PageLanguage,
): string {
  const { caseStudy, phase, outcome } = document;
  const named = (of: string, value: string | null) => value && escapeHtml(conceptLabel(of, value, language));
  return [
    facts([
      [wording.caseStudy, caseStudy && anchor(caseStudy.url, caseStudy.title)],
      [conceptName('phase', language), named('phase', phase)],
      [conceptName('outcome', language), named('outcome', outcome)],
      [wording.period, escapeHtml(period(document.startedOn, document.endedOn, language))],
    ]),
    ...(['purpose', 'experienced', 'challenges', 'barriers', 'gain'] as const).map((field) =>
      section(wording.answers[field], rendered[field] ?? ''),
    ),
  ].join('\n');
}

function lesson({ evidence }: LessonDocument, rendered: Rendered, wording: PageWording): string {
  const experiences = (stance: string) =>
    list(
      evidence
        .filter((one) => one.stance === stance)
        .map(({ experience, note }) => {
          const link = anchor(experience.url, experience.title);
          return note === null ? link : `${link}<br>${escapeHtml(note)}`;
        }),
    );
  return [
    ...(['advice', 'context', 'cause', 'avoid'] as const).map((field) =>
      section(wording.lesson[field], rendered[field] ?? ''),
    ),
    section(wording.supporting, experiences('SUPPORTS')),
    section(wording.contradicting, experiences('CONTRADICTS')),
  ].join('\n');
}
