/** The knowledge log as a feed: for people with a feed reader, and for programs that know no GraphQL. */
import type { Context } from '../../platform/auth/context.js';
import type { KnowledgeLog } from '../../platform/log/knowledge-log.js';
import type { LogEntry } from '../../platform/log/log-entry.js';
import { Language } from '../../common/language.js';
import { organisationById } from '../directory/organisation.loaders.js';
import { recordAddress } from '../records/record-address.js';
import { Provenance, type RecordKind } from '../records/record.entity.js';
import type { Category, Feed, FeedEntry } from './feed.js';
import { type FeedRecord, feedRecordById, themeBySlug } from './feed.loaders.js';
import { readFeedParameters, writeFeedParameters } from './feed-parameters.js';
import { excerpt, RETRACTED_SUMMARY, titleOfRetracted, WORDING } from './feed-wording.js';

export const FEED_LENGTH = 50;

export class FeedService {
  constructor(private readonly log: KnowledgeLog) {}

  /**
   * Makes one page. However many entries it has, it takes the same few statements.
   *
   * @param base address of the server, without a slash at the end
   * @param path of the feed in its format
   * @throws BAD_USER_INPUT as for {@link readFeedParameters}; CURSOR_INVALID, CURSOR_EXPIRED for a wrong `before`
   */
  async read(context: Context, parameters: URLSearchParams, base: string, path: string): Promise<Feed> {
    const { filter, before } = readFeedParameters(parameters);
    const page = await this.log.page(context.database, { last: FEED_LENGTH, before }, filter, (entry) => entry);
    const entries = await Promise.all(page.nodes.reverse().map((entry) => entryOf(context, entry, base)));
    const address = (place: string | null) => `${base}${path}${writeFeedParameters({ filter, before: place })}`;
    const { hasPreviousPage, startCursor } = page.pageInfo;
    return {
      title: Object.keys(filter).length === 0 ? 'Medspil: shared knowledge' : 'Medspil: some of the shared knowledge',
      address: address(before),
      firstAddress: address(null),
      nextAddress: hasPreviousPage ? address(startCursor) : null,
      homeAddress: `${base}/graphiql`,
      changedAt: latest(entries),
      entries,
    };
  }
}

async function entryOf(context: Context, entry: LogEntry, base: string): Promise<FeedEntry> {
  const [record, organisation, themes] = await Promise.all([
    context.loader(feedRecordById).load(entry.recordId),
    context.loader(organisationById).load(entry.organisationId),
    Promise.all(entry.themes.map((slug) => context.loader(themeBySlug).load(slug))),
  ]);
  const changedAt = record === null || record.changedAt < entry.occurredAt ? entry.occurredAt : record.changedAt;
  return {
    id: entry.eventId,
    address: recordAddress(entry.recordId, base),
    publishedAt: entry.occurredAt,
    changedAt,
    author: { name: organisation?.name ?? 'Unknown', url: organisation?.url ?? null },
    ...textsOf(
      entry,
      record?.published ?? null,
      themes.filter((theme) => theme !== null),
    ),
  };
}

type Texts = Pick<FeedEntry, 'title' | 'summary' | 'language' | 'categories'>;

function textsOf(
  { type, recordKind }: LogEntry,
  record: FeedRecord['published'],
  themes: readonly { slug: string; danishLabel: string; englishLabel: string }[],
): Texts {
  const kind = recordKind as RecordKind;
  if (record === null) {
    return {
      title: titleOfRetracted(type, kind),
      summary: RETRACTED_SUMMARY,
      language: 'en',
      categories: [{ term: kind, label: WORDING.en.kinds[kind] }],
    };
  }
  const language = record.language === Language.DA ? 'da' : 'en';
  const { types, kinds, illustration, illustrationNote } = WORDING[language];
  const isIllustration = record.provenance === Provenance.ILLUSTRATIVE;
  // Titles of illustrations mostly say so themselves, in either language with this word.
  const isSaid = /^illustration\b/i.test(record.title);
  const what = isIllustration && !isSaid ? `${types[type]} (${illustration})` : types[type];
  const summary = excerpt(record.text);
  const categories: Category[] = [
    { term: kind, label: kinds[kind] },
    ...themes.map(({ slug, danishLabel, englishLabel }) => ({
      term: slug,
      label: language === 'da' ? danishLabel : englishLabel,
    })),
  ];
  if (isIllustration) categories.push({ term: Provenance.ILLUSTRATIVE, label: illustration });
  return {
    title: `${what}: ${record.title}`,
    summary: isIllustration ? `${illustrationNote} ${summary}`.trim() : summary,
    language,
    categories,
  };
}

function latest(entries: readonly FeedEntry[]): Date | null {
  return entries.reduce<Date | null>(
    (last, { changedAt }) => (last === null || changedAt > last ? changedAt : last),
    null,
  );
}
