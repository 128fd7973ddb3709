import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Words that are searched for have a letter or a digit: accents that stand on nothing are none, of which no query can be
 * made. What was indexed stays as it is, for nothing finds an accent alone.
 */
export class SearchMarks1795374000011 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(searchWords(String.raw`(^|[^[:alnum:]\u0300-\u036f])[^[:alnum:]]*`));
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(searchWords(String.raw`[^[:alnum:]\u0300-\u036f]+`));
  }
}

/** Lower case, words apart by one space; `between` is a regular expression of what lies between them. */
const searchWords = (between: string) => `
  CREATE OR REPLACE FUNCTION search_words(input text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE RETURN
    btrim(regexp_replace(lower(normalize(input, NFC) COLLATE "und-x-icu"), '${between}', ' ', 'g'))`;
