import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Full text search over records, and names compared as people type them. */
export class Search1795374000002 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(FOLD);
    await queryRunner.query(VECTOR);
    await queryRunner.query(QUERY);
    await queryRunner.query(`
      CREATE INDEX organisation_folded_name_index ON organisation (fold(name), country);
      UPDATE record SET search = record_search_vector(id);
    `);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX organisation_folded_name_index;
      DROP FUNCTION search_any_word(tsquery), record_search_query(text),
        search_prefix(text), search_lexeme(text), record_search_vector(uuid), search_terms(regconfig, text),
        search_shortened(text), search_words(text), fold(text);
    `);
  }
}

// ICU's rules by name: what lower() and [:alnum:] know beyond ASCII would otherwise depend on the database's locale.
const FOLD = String.raw`
-- The same rule as fold() in src/common/text.ts.
CREATE FUNCTION fold(input text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  regexp_replace(
    normalize(
      replace(replace(replace(replace(replace(replace(
        lower(normalize(input, NFC) COLLATE "und-x-icu"),
        'å', 'aa'), 'ø', 'oe'), 'æ', 'ae'), 'ö', 'oe'), 'ä', 'ae'), 'ß', 'ss'),
      NFKD),
    '[\u0300-\u036f]', '', 'g');

-- Lower case, words apart by one space. Without it the parser takes "foo/bar" for a path and "2009-2010" for a negative number.
CREATE FUNCTION search_words(input text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  btrim(regexp_replace(
    lower(normalize(input, NFC) COLLATE "und-x-icu"),
    '[^[:alnum:]\u0300-\u036f]+', ' ', 'g'));

-- How those write the letters of search_words() who do not have them and leave out the strokes: Århus and Aarhus are
-- arhus, børn is born. Only words that fold() gives otherwise.
CREATE FUNCTION search_shortened(words text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN (
  SELECT coalesce(
    regexp_replace(
      normalize(replace(replace(replace(string_agg(word[1], ' '), 'aa', 'a'), 'ø', 'o'), 'æ', 'ae'), NFKD),
      '[\u0300-\u036f]', '', 'g'),
    '')
  FROM regexp_matches(words, '[^ ]*(?:[åøöä]|aa)[^ ]*', 'g') word);
`;

const VECTOR = `
-- What a text is found by: its stems in its language, its folded words, its shortened words.
CREATE FUNCTION search_terms(configuration regconfig, input text) RETURNS tsvector
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
  words text := search_words(input);
BEGIN
  RETURN to_tsvector(configuration, words)
    || to_tsvector('simple', left(fold(words), 100000))
    || to_tsvector('simple', left(search_shortened(words), 100000));
END $$;

-- Texts are cut where they would pass the megabyte that a tsvector may have: a record must not fail to be saved for it.
CREATE FUNCTION record_search_vector(target uuid) RETURNS tsvector LANGUAGE sql STABLE AS $$
  SELECT setweight(search_terms(configuration, r.title), 'A')
    || setweight(search_terms(configuration, left(concat_ws(' ', r.summary, r.purpose, r.gain, r.advice), 20000)), 'B')
    || setweight(search_terms(configuration, left(concat_ws(' ', r.description, r.experienced, r.challenges, r.barriers,
        r.context, r.cause, r.avoid, lists.text), 60000)), 'C')
    || setweight(search_terms('danish', left(concat_ws(' ', labels.names, labels.danish), 10000)), 'D')
    || setweight(search_terms('english', left(labels.english, 10000)), 'D')
  FROM record r
  CROSS JOIN LATERAL (SELECT CASE r.language WHEN 'DA' THEN 'danish'::regconfig ELSE 'english'::regconfig END) AS c(configuration)
  CROSS JOIN LATERAL (
    SELECT concat_ws(' ',
      (SELECT string_agg(x.text, ' ' ORDER BY x.ordinal) FROM rule_of_play x WHERE x.record_id = r.id),
      (SELECT string_agg(x.description, ' ' ORDER BY x.ordinal) FROM benefit x WHERE x.record_id = r.id),
      (SELECT string_agg(x.description, ' ' ORDER BY p.ordinal, x.ordinal)
        FROM party p JOIN contribution x ON x.party_id = p.id WHERE p.record_id = r.id),
      (SELECT string_agg(x.pool, ' ' ORDER BY x.ordinal) FROM funding x WHERE x.record_id = r.id),
      (SELECT string_agg(concat_ws(' ', x.title, x.publisher), ' ' ORDER BY x.ordinal) FROM source x WHERE x.record_id = r.id)
    ) AS text
  ) AS lists
  CROSS JOIN LATERAL (
    SELECT
      (SELECT string_agg(o.name, ' ' ORDER BY o.id) FROM organisation o WHERE o.id = r.organisation_id
        OR o.id IN (SELECT p.organisation_id FROM party p WHERE p.record_id = r.id)) AS names,
      concat_ws(' ', m.name, t.danish) AS danish,
      concat_ws(' ', m.english_name, t.english) AS english
    FROM (
      SELECT string_agg(t.danish_label, ' ' ORDER BY t.slug) AS danish, string_agg(t.english_label, ' ' ORDER BY t.slug) AS english
      FROM record_theme x JOIN theme t ON t.slug = x.theme WHERE x.record_id = r.id
    ) AS t LEFT JOIN municipality m ON m.code = r.municipality_code
  ) AS labels
  WHERE r.id = target
$$;
`;

const QUERY = String.raw`
-- A lexeme as it is.
CREATE FUNCTION search_lexeme(lexeme text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  ('''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''')::tsquery;

-- A folded word, or the beginning of one; two letters begin too many words to count as that.
CREATE FUNCTION search_prefix(folded text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  to_tsquery('simple', '''' || replace(replace(folded, '\', '\\'), '''', '''''') || ''''
    || CASE WHEN length(folded) > 2 THEN ':*' ELSE '' END);

-- All words must be found, each as a stem or as the beginning of a word; what is in double quotes as a phrase. Words that
-- carry no meaning ("og", "the") are left out unless there are no others. Any text will do; one without words gives NULL,
-- which finds nothing. Of more than 32 words and phrases, each a walk through the index, the first 32 count.
-- STABLE although it depends on nothing: as a constant it would lead the planner, who thinks that the beginning of a word
-- is everywhere, to read the whole table (202 ms against 75 for 1,800 of 32,000 records).
CREATE FUNCTION record_search_query(input text) RETURNS tsquery LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  pieces text[] := string_to_array(left(input, 500), '"');
  piece text;
  word text;
  danish text[];
  english text[];
  term tsquery;
  words integer := 0;
  meaningful tsquery;
  meaningless tsquery;
BEGIN
  FOR place IN 1 .. cardinality(pieces) LOOP
    piece := search_words(pieces[place]);
    CONTINUE WHEN piece = '';
    IF place % 2 = 0 AND place < cardinality(pieces) THEN
      words := words + 1;
      EXIT WHEN words > 32;
      term := phraseto_tsquery('danish', piece) || phraseto_tsquery('english', piece)
        || phraseto_tsquery('simple', fold(piece));
      meaningful := coalesce(meaningful && term, term);
      CONTINUE;
    END IF;
    FOREACH word IN ARRAY string_to_array(piece, ' ') LOOP
      words := words + 1;
      EXIT WHEN words > 32;
      -- A lexeme may have 2 kB; no real word comes near.
      word := left(word, 60);
      term := search_prefix(fold(word));
      danish := ts_lexize('danish_stem', word);
      english := ts_lexize('english_stem', word);
      -- The stemmers give an empty list for a word without meaning in their language.
      IF danish = '{}' OR english = '{}' THEN
        meaningless := coalesce(meaningless && term, term);
      ELSE
        term := term || search_lexeme(danish[1]) || search_lexeme(english[1]);
        meaningful := coalesce(meaningful && term, term);
      END IF;
    END LOOP;
  END LOOP;
  RETURN coalesce(meaningful, meaningless);
END $$;

-- What to score a record by: a sum over the words. The rank of words that are joined by & compares all their places with
-- one another instead, which for common words in long texts takes seconds.
CREATE FUNCTION search_any_word(query tsquery) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
  replace(query::text, ' & ', ' | ')::tsquery;
`;
