/** Reads of what shows why a record was found. */
import sql, { raw } from 'sql-template-tag';
import { defineFieldLoader } from '../../platform/auth/context.js';
import { primary, visible } from '../../platform/auth/visibility.js';
import { isAmong, oneEach } from '../../platform/database/batch.js';
import type { Excerpt } from './search.types.js';
import { excerptOf, matcher, wordsOf } from './snippet.js';

interface Text {
  id: string;
  text: string;
  /** Words of the query that carry meaning; all of them where none does. */
  asked: string[];
  /** Words of the text that have the stem of one of them. */
  stemmed: string[];
}

/** What a record says, in the order in which its page says it; the title for a record that says nothing else. */
const SAID =
  raw(`left(coalesce(nullif(concat_ws(E'\\n', r.summary, r.description, r.purpose, r.experienced, r.challenges,
  r.barriers, r.gain, r.advice, r.avoid, r.context, r.cause), ''), r.title), 20000)`);

/** The part of a record's text that answers a query best; for the rows of a page, not for all that was found. */
export const excerptByRecord = defineFieldLoader<{ query: string }, Excerpt | null>(
  async ({ database, viewer }, recordIds, { query }) => {
    const rows = await database.rows<Text>(
      sql`WITH word AS MATERIALIZED (
          SELECT word, ts_lexize('danish_stem', word) AS danish, ts_lexize('english_stem', word) AS english
          FROM unnest(${wordsOf(query)}::text[]) AS word
        ), asked AS MATERIALIZED (
          SELECT coalesce(array_agg(word) FILTER (WHERE danish <> '{}' AND english <> '{}'), array_agg(word), '{}') AS words
          FROM word
        ), stem AS MATERIALIZED (
          SELECT array_agg(stem) AS stems FROM word, asked, unnest(word.danish || word.english) AS stem
          WHERE word.word = ANY(asked.words)
        )
        SELECT r.id, said.text, asked.words AS asked, ARRAY(
            SELECT DISTINCT word FROM regexp_split_to_table(search_words(said.text), ' ') AS word
            WHERE ts_lexize(CASE r.language WHEN 'DA' THEN 'danish_stem'::regdictionary ELSE 'english_stem' END, word)
              && stem.stems
          ) AS stemmed
        FROM asked, stem, record r CROSS JOIN LATERAL (SELECT ${SAID} AS text) AS said
        WHERE ${isAmong('r.id', 'uuid', recordIds)} AND ${primary('r')} AND ${visible(viewer, 'r')}`,
    );
    return oneEach(recordIds, rows, (row) => row.id).map(
      (row) => row && excerptOf(row.text, matcher(row.asked, row.stemmed)),
    );
  },
);
