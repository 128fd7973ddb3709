import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { withClient } from '../lib/client.js';
import { compose } from './language.js';

/** Titles and sentences a language; grow.sql picks among as many. */
const PHRASES = 4000;

/** Grows the corpus in a migrated, empty database and leaves `fingerprint` there as a sign that it is whole. */
export async function grow(url, fingerprint) {
  await withClient(url, async (client) => {
    await client.query('BEGIN');
    await client.query(`CREATE TEMPORARY TABLE phrase (language text, number integer, title text, sentence text,
      PRIMARY KEY (language, number)) ON COMMIT DROP`);
    for (const { code, titles, sentences } of compose(PHRASES)) {
      await client.query(
        `INSERT INTO phrase SELECT $1, number, title, sentence
         FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS made (title, sentence, number)`,
        [code, titles, sentences],
      );
    }
    await client.query('ANALYZE phrase');
    await client.query(await readFile(new URL('grow.sql', import.meta.url), 'utf8'));
    await client.query('COMMIT');
    // Without the dead rows that the filling of `search` left.
    await client.query('VACUUM FULL record');
    await client.query('VACUUM ANALYZE');
    // As an operator sets it where no disk seeks: with the default of 4 PostgreSQL reads the whole of small tables instead
    // of three rows by their key.
    await client.query(`ALTER DATABASE ${pg.escapeIdentifier(client.database)} SET random_page_cost = 1.1`);
    await client.query(`COMMENT ON DATABASE ${pg.escapeIdentifier(client.database)} IS '${fingerprint}'`);
  });
}
