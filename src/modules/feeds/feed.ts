/** A feed, before it is written as Atom or as JSON Feed. */

/** Of RFC 5646, as `xml:lang` and JSON Feed want it. */
export type LanguageTag = 'da' | 'en';

export interface Feed {
  readonly title: string;
  /** Absolute address of this page of the feed, in the format in which it is written. */
  readonly address: string;
  /** The same without a place: the newest page, by which the feed as such is known. */
  readonly firstAddress: string;
  /** Of the page with what is older; null where nothing is. */
  readonly nextAddress: string | null;
  /** A page for people about what the feed is of. */
  readonly homeAddress: string;
  /** When anything on this page last changed; null when nothing is there. */
  readonly changedAt: Date | null;
  /** Newest first. */
  readonly entries: readonly FeedEntry[];
}

/** One event of the knowledge log, for people. All texts are plain: whoever writes them into a format escapes them. */
export interface FeedEntry {
  /** The event's. */
  readonly id: string;
  readonly title: string;
  readonly summary: string;
  /** In which title and summary are. */
  readonly language: LanguageTag;
  /** Absolute address of the record for people. */
  readonly address: string;
  readonly publishedAt: Date;
  /** Later than that when the record changed since, or was taken back. */
  readonly changedAt: Date;
  readonly author: { readonly name: string; readonly url: string | null };
  readonly categories: readonly Category[];
}

export interface Category {
  /** As the filter of a feed names it, e.g. `digital-platforms` or `CASE_STUDY`. */
  readonly term: string;
  readonly label: string;
}
