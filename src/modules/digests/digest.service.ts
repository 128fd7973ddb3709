/** Who wants to be told by e-mail what is new in which inbox. */
import { randomBytes } from 'node:crypto';
import sql, { raw, type Sql } from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { refuse, UserErrorCode } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import type { Language } from '../../common/language.js';
import { audit } from '../../platform/auth/audit-log.js';
import type { ReadScope } from '../../platform/auth/context.js';
import type { Viewer } from '../../platform/auth/viewer.js';
import type { Database, Transaction } from '../../platform/database/database.js';
import { inboxOwner, ownedBy, requireInbox } from '../notifications/inbox-owner.js';
import { lockPerson, requirePerson } from '../people/person.service.js';
import { ADDRESS_AGREED, requestConfirmation } from './digest-confirmation.service.js';
import { nextDigestAt } from './digest-schedule.js';
import { type Digest, DigestFrequency } from './digest.entity.js';

export interface DigestSetting {
  readonly organisationId?: string | null;
  readonly frequency: DigestFrequency;
  readonly language: Language;
}

export interface DigestServiceOptions {
  readonly database: Database;
  /** Whether there is a mail server. */
  readonly sendsMail: boolean;
  /** Hears that there may be something to send. */
  readonly onDue: () => void;
}

const TOKEN_BYTES = 32;

const SELECT =
  raw(`SELECT d.id, d.person_id AS "personId", d.inbox_id AS "inboxId", b.organisation_id AS "organisationId",
    d.frequency, d.language, d.paused_because AS "pausedBecause", d.created_at AS "createdAt",
    ${ADDRESS_AGREED} AS "isConfirmed", CASE WHEN ${ADDRESS_AGREED} THEN d.next_at END AS "nextAt"
  FROM digest d JOIN inbox b ON b.id = d.inbox_id JOIN person p ON p.id = d.person_id`);

export class DigestService {
  constructor(private readonly options: DigestServiceOptions) {}

  /**
   * The viewer's digest of an inbox; null when it never asked for one.
   *
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT
   */
  async read({ database, viewer }: ReadScope, organisationId: string | null): Promise<Digest | null> {
    const owner = inboxOwner(viewer, organisationId);
    const rows = await database.rows<Digest>(
      sql`${SELECT} WHERE ${ownedBy(owner)} AND d.person_id = ${requirePerson(viewer)}`,
    );
    return rows[0] ?? null;
  }

  /**
   * Asks for a digest, changes it or ends it. One that was paused goes on where it stopped.
   *
   * @throws DomainError INVALID when there is no mail server, REQUIRED when the person has no address
   * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT
   */
  async set(viewer: Viewer, input: DigestSetting): Promise<Digest> {
    const owner = inboxOwner(viewer, input.organisationId);
    const personId = requirePerson(viewer);
    checkInput(input);
    const { frequency, language } = input;
    const isWanted = frequency !== DigestFrequency.NONE;
    if (isWanted && !this.options.sendsMail) {
      throw refuse(UserErrorCode.INVALID, 'This server sends no mail, and so no digests.', ['frequency']);
    }
    return this.options.database.inTransaction(async (transaction) => {
      const { email } = await lockPerson(transaction, personId);
      if (isWanted && email === null) {
        throw refuse(UserErrorCode.REQUIRED, 'There is no address to send it to: give yours with updateProfile.', [
          'frequency',
        ]);
      }
      const inboxId = await requireInbox(transaction, owner);
      await write(transaction, { personId, inboxId, frequency, language });
      const [digest] = await transaction.rows<Digest>(
        sql`${SELECT} WHERE d.inbox_id = ${inboxId} AND d.person_id = ${personId}`,
      );
      await audit(transaction, viewer, {
        action: owner.organisationId === null ? 'inbox.use-own' : 'inbox.use',
        organisationId: owner.organisationId,
        targetId: digest!.id,
        details: { digest: frequency, language },
      });
      if (isWanted && !digest!.isConfirmed) {
        await requestConfirmation(transaction, { personId, address: email!, language }, { again: true });
      }
      transaction.afterCommit(this.options.onDue);
      return digest!;
    });
  }

  /**
   * Ends the digest that a link in one of its mails names. Again, or with a token that nobody has, this changes nothing;
   * nobody learns which.
   */
  async unsubscribe(token: string): Promise<void> {
    const bytes = Buffer.from(token, 'base64url');
    await this.options.database.inTransaction(async (transaction) => {
      const [ended] = await transaction.rows<{ id: string; personId: string; organisationId: string | null }>(
        sql`UPDATE digest d SET ${ENDED} FROM inbox b
          WHERE d.unsubscribe_token = ${bytes} AND d.frequency <> 'NONE' AND b.id = d.inbox_id
          RETURNING d.id, d.person_id AS "personId", b.organisation_id AS "organisationId"`,
      );
      if (ended === undefined) return;
      const { id, personId, organisationId } = ended;
      // Who has the mail has the link; it is for the person that whoever uses it acts.
      const bearer = { actor: `person:${personId}`, personId, apiKeyId: null };
      await audit(transaction, bearer, {
        action: organisationId === null ? 'inbox.use-own' : 'inbox.use',
        organisationId,
        targetId: id,
        details: { digest: DigestFrequency.NONE, by: 'LINK' },
      });
    });
  }
}

/** The columns of a digest that is no longer wanted. Who is sending it has nothing to write about it. */
export const ENDED: Sql = sql`frequency = 'NONE', next_at = NULL, paused_because = NULL, sending_position = NULL,
  failures = 0, refusals = 0, lease = NULL, leased_until = NULL`;

type DigestRow = Pick<Digest, 'personId' | 'inboxId' | 'frequency' | 'language'>;

/**
 * One that was ended begins anew; otherwise it goes on where it is. A message that is just being sent under another setting
 * is recorded by its worker all the same.
 */
async function write(transaction: Transaction, { personId, inboxId, frequency, language }: DigestRow): Promise<void> {
  if (frequency === DigestFrequency.NONE) {
    await transaction.rows(
      sql`INSERT INTO digest AS d (${COLUMNS}) SELECT ${uuid()}, ${personId}, ${inboxId}, 'NONE', ${language}, position,
          NULL, 0, 0, ${randomBytes(TOKEN_BYTES)}, now() FROM inbox_reader
        ON CONFLICT (inbox_id, person_id) DO UPDATE SET language = EXCLUDED.language, ${ENDED}`,
    );
    return;
  }
  const nextAt = nextDigestAt(frequency, new Date(), Math.random());
  await transaction.rows(
    sql`INSERT INTO digest AS d (${COLUMNS}) SELECT ${uuid()}, ${personId}, ${inboxId}, ${frequency}, ${language}, position,
        ${nextAt}, 0, 0, ${randomBytes(TOKEN_BYTES)}, now() FROM inbox_reader
      ON CONFLICT (inbox_id, person_id) DO UPDATE SET language = EXCLUDED.language, frequency = EXCLUDED.frequency,
        position = CASE d.frequency WHEN 'NONE' THEN EXCLUDED.position ELSE d.position END,
        next_at = CASE WHEN d.frequency = EXCLUDED.frequency AND d.paused_because IS NULL THEN d.next_at
          ELSE EXCLUDED.next_at END,
        paused_because = NULL, failures = 0, refusals = 0`,
  );
}

const COLUMNS = raw(`id, person_id, inbox_id, frequency, language, position, next_at, failures, refusals,
  unsubscribe_token, created_at`);
