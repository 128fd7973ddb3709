/**
 * Asking an address whether it wants digests. A person can give any address as its own; nobody is mailed again because
 * somebody else did.
 */
import sql from 'sql-template-tag';
import type { Language } from '../../common/language.js';
import { secretHash } from '../../platform/auth/api-key.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { Database, Transaction } from '../../platform/database/database.js';

/** As SQL's intervals. */
export const QUESTION_INTERVAL = '1 hour';
export const TOKEN_VALIDITY = '3 days';

/**
 * Condition on `person p`: its address is known to be its own, or agreed. The agreement is kept apart from
 * `email_confirmed`, by which more is decided than where digests go.
 */
export const ADDRESS_AGREED = `(p.email_confirmed OR EXISTS (SELECT FROM digest_confirmation agreed
  WHERE agreed.person_id = p.id AND agreed.address = p.email AND agreed.confirmed_at IS NOT NULL))`;

export interface Question {
  readonly personId: string;
  readonly address: string;
  readonly language: Language;
}

/**
 * Has an address asked. When it was within the hour, the question that it has must do; where that was refused, and for
 * another address of the same person, the next one waits until the hour is over.
 *
 * @param again whether it is asked although it was before, and gave no answer: when somebody wants it now
 */
export async function requestConfirmation(
  transaction: Pick<Transaction, 'rows'>,
  { personId, address, language }: Question,
  { again }: { readonly again: boolean },
): Promise<void> {
  await transaction.rows(sql`
    INSERT INTO digest_confirmation AS c (person_id, address, language, next_at, failures)
    VALUES (${personId}, ${address}, ${language}, now(), 0)
    ON CONFLICT (person_id) DO UPDATE SET address = EXCLUDED.address, language = EXCLUDED.language, failures = 0,
      token_hash = CASE WHEN c.address = EXCLUDED.address THEN c.token_hash END,
      expires_at = CASE WHEN c.address = EXCLUDED.address THEN c.expires_at END,
      confirmed_at = NULL,
      next_at = CASE WHEN c.address = EXCLUDED.address AND c.token_hash IS NOT NULL
          AND c.sent_at > now() - ${QUESTION_INTERVAL}::interval THEN c.next_at
        ELSE greatest(now(), c.sent_at + ${QUESTION_INTERVAL}::interval) END
    WHERE c.address <> EXCLUDED.address OR (c.confirmed_at IS NULL AND ${again})`);
}

export class DigestConfirmationService {
  constructor(private readonly database: Database) {}

  /**
   * Takes the answer to a question.
   *
   * @returns whether the token is good: of an address that is still the person's, and not too old; or used before
   */
  async confirm(token: string): Promise<boolean> {
    return this.database.inTransaction(async (transaction) => {
      const [asked] = await transaction.rows<{ personId: string; isNew: boolean }>(
        sql`SELECT c.person_id AS "personId", c.confirmed_at IS NULL AS "isNew"
          FROM digest_confirmation c JOIN person p ON p.id = c.person_id AND p.email = c.address
          WHERE c.token_hash = ${secretHash(token)} AND (c.expires_at > now() OR c.confirmed_at IS NOT NULL)
          FOR UPDATE OF c`,
      );
      if (asked === undefined) return false;
      const { personId, isNew } = asked;
      if (!isNew) return true;
      await transaction.rows(
        sql`UPDATE digest_confirmation SET confirmed_at = now(), next_at = NULL WHERE person_id = ${personId}`,
      );
      const bearer = { actor: `person:${personId}`, personId, apiKeyId: null };
      const entry = { action: 'inbox.use-own', organisationId: null, targetId: personId } as const;
      await audit(transaction, bearer, { ...entry, details: { addressConfirmed: true } });
      return true;
    });
  }
}
