/**
 * Which worker is at which mail. A lease is a random id in the row, with an end: a worker that died loses it by time, and
 * one that was stopped and comes back writes nothing, for what became of a mail is written under its lease alone.
 */
import sql, { raw, type Sql } from 'sql-template-tag';
import type { Language } from '../../common/language.js';
import type { Reads } from '../../platform/database/cancellable-reads.js';
import type { Database } from '../../platform/database/database.js';
import { ADDRESS_AGREED, type Question, QUESTION_INTERVAL, TOKEN_VALIDITY } from './digest-confirmation.service.js';
import { type Digest, DigestFrequency, type DigestPauseReason } from './digest.entity.js';
import { ENDED } from './digest.service.js';

/** Longer than reading what to tell, and sending it, may take. */
const LEASE = '5 minutes';
const QUESTION_LOCK = 7_301_501;

/** What a worker has to know of a digest to send it. */
export interface LeasedDigest extends Pick<Digest, 'id' | 'personId' | 'inboxId' | 'position' | 'unsubscribeToken'> {
  readonly lease: string;
  readonly frequency: Exclude<DigestFrequency, DigestFrequency.NONE>;
  readonly language: Language;
  /** Up to where it is to tell: where the one that failed before went, or how far the inboxes are filled. */
  readonly sendingPosition: number;
  readonly failures: number;
  readonly refusals: number;
  readonly address: string | null;
  readonly isConfirmed: boolean;
  /** Whether the inbox is the person's own, or of an organisation that the person belongs to. */
  readonly isEntitled: boolean;
  /** The name of the organisation; null for the person's own inbox. */
  readonly inbox: string | null;
  readonly claimedAt: Date;
}

/** Takes the digest that has been due for longest, and nobody is at. */
export async function claimDigest(database: Reads): Promise<LeasedDigest | undefined> {
  const [digest] = await database.rows<LeasedDigest>(sql`
    WITH due AS (
      SELECT d.id FROM digest d
      WHERE d.next_at <= now() AND (d.leased_until IS NULL OR d.leased_until <= now())
      ORDER BY d.next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE digest d SET lease = gen_random_uuid(), leased_until = now() + ${LEASE}::interval,
      sending_position = coalesce(d.sending_position, reader.position)
    FROM due, inbox_reader reader, person p, inbox b LEFT JOIN organisation o ON o.id = b.organisation_id
    WHERE d.id = due.id AND p.id = d.person_id AND b.id = d.inbox_id
    RETURNING d.id, d.person_id AS "personId", d.inbox_id AS "inboxId", d.position, d.lease, d.frequency, d.language,
      d.sending_position AS "sendingPosition", d.failures, d.refusals, d.unsubscribe_token AS "unsubscribeToken",
      p.email AS address, ${raw(ADDRESS_AGREED)} AS "isConfirmed", o.name AS inbox, now() AS "claimedAt",
      (b.person_id = d.person_id OR EXISTS (SELECT FROM membership m
        WHERE m.person_id = d.person_id AND m.organisation_id = b.organisation_id)) IS TRUE AS "isEntitled"`);
  return digest;
}

/** All up to the sending position was told, or there was nothing to tell. */
export async function recordTold(database: Reads, digest: LeasedDigest, nextAt: Date): Promise<void> {
  await release(
    database,
    digest,
    sql`position = sending_position, sending_position = NULL, failures = 0, refusals = 0, ${next(digest, nextAt)}`,
  );
}

/** It cannot be sent yet; what there is to tell is told later. */
export async function recordPostponed(database: Reads, digest: LeasedDigest, nextAt: Date): Promise<void> {
  await release(database, digest, sql`sending_position = NULL, ${next(digest, nextAt)}`);
}

/** It is sent again, up to the same place, so that a repeat can be known as one. */
export async function recordFailure(
  database: Reads,
  digest: LeasedDigest,
  { isRefusal, milliseconds }: { readonly isRefusal: boolean; readonly milliseconds: number },
): Promise<void> {
  const nextAt = new Date(digest.claimedAt.getTime() + milliseconds);
  await release(
    database,
    digest,
    sql`failures = failures + 1, refusals = refusals + ${Number(isRefusal)}, ${next(digest, nextAt)}`,
  );
}

export async function recordPause(database: Reads, digest: LeasedDigest, reason: DigestPauseReason): Promise<void> {
  await release(database, digest, sql`paused_because = ${reason}, next_at = NULL`);
}

/** Its person has no business with the inbox any more. */
export async function recordEnd(database: Reads, { id, lease }: LeasedDigest): Promise<void> {
  await database.rows(sql`UPDATE digest SET ${ENDED} WHERE id = ${id} AND lease = ${lease}`);
}

/** Whoever set another frequency meanwhile set the time as well. */
function next({ frequency }: LeasedDigest, nextAt: Date): Sql {
  return sql`next_at = CASE frequency WHEN ${frequency} THEN ${nextAt}::timestamptz ELSE next_at END`;
}

/** Nothing is written about a digest that was ended meanwhile, or that another worker is at. */
async function release(database: Reads, { id, lease, sendingPosition }: LeasedDigest, change: Sql): Promise<void> {
  await database.rows(sql`
    UPDATE digest SET lease = NULL, leased_until = NULL, ${change}
    WHERE id = ${id} AND lease = ${lease} AND sending_position = ${sendingPosition} AND paused_because IS NULL`);
}

export interface LeasedQuestion extends Question {
  readonly lease: string;
  readonly failures: number;
  readonly claimedAt: Date;
}

/**
 * Takes an address that is to be asked, and gives it a token. It counts as asked from now on, whatever becomes of the worker:
 * no address is asked twice within the hour, on behalf of whomever.
 */
export async function claimQuestion(database: Database, tokenHash: Buffer): Promise<LeasedQuestion | undefined> {
  return database.inTransaction(async (transaction) => {
    // Two that claim at once would not see each other's, of two people who gave the same address.
    await transaction.rows(sql`SELECT pg_advisory_xact_lock(${QUESTION_LOCK}::bigint)`);
    const [question] = await transaction.rows<LeasedQuestion>(sql`
      WITH due AS (
        SELECT c.person_id FROM digest_confirmation c
        JOIN person p ON p.id = c.person_id AND p.email = c.address AND NOT p.email_confirmed
        WHERE c.next_at <= now() AND (c.leased_until IS NULL OR c.leased_until <= now())
          AND EXISTS (SELECT FROM digest d WHERE d.person_id = c.person_id AND d.next_at IS NOT NULL)
          AND NOT EXISTS (SELECT FROM digest_confirmation asked
            WHERE lower(asked.address) = lower(c.address) AND asked.sent_at > now() - ${QUESTION_INTERVAL}::interval)
        ORDER BY c.next_at LIMIT 1 FOR UPDATE OF c SKIP LOCKED)
      UPDATE digest_confirmation c SET lease = gen_random_uuid(), leased_until = now() + ${LEASE}::interval, sent_at = now(),
        token_hash = ${tokenHash}, expires_at = now() + ${TOKEN_VALIDITY}::interval
      FROM due WHERE c.person_id = due.person_id
      RETURNING c.person_id AS "personId", c.address, c.language, c.lease, c.failures, now() AS "claimedAt"`);
    return question;
  });
}

/** It was asked, and is not again unless somebody wants it. */
export async function recordAsked(database: Reads, question: LeasedQuestion): Promise<void> {
  await releaseQuestion(database, question, sql`next_at = NULL, failures = 0`);
}

/** It said no for good. */
export async function recordRefused(database: Reads, question: LeasedQuestion): Promise<void> {
  await releaseQuestion(database, question, sql`next_at = NULL, failures = 0, token_hash = NULL, expires_at = NULL`);
}

/** @param wasAsked whether it may have been asked all the same */
export async function recordNotAsked(
  database: Reads,
  question: LeasedQuestion,
  { wasAsked, milliseconds }: { readonly wasAsked: boolean; readonly milliseconds: number },
): Promise<void> {
  const nextAt = new Date(question.claimedAt.getTime() + milliseconds);
  const asked = wasAsked ? sql`` : sql`sent_at = NULL,`;
  await releaseQuestion(database, question, sql`${asked} failures = failures + 1, next_at = ${nextAt}::timestamptz`);
}

async function releaseQuestion(
  database: Reads,
  { personId, lease, address }: LeasedQuestion,
  change: Sql,
): Promise<void> {
  await database.rows(sql`
    UPDATE digest_confirmation SET lease = NULL, leased_until = NULL, ${change}
    WHERE person_id = ${personId} AND lease = ${lease} AND address = ${address} AND confirmed_at IS NULL`);
}

/** Says to a person why its digests do not come: its address was asked, and is none. */
export async function pauseDigestsOf(database: Reads, personId: string, reason: DigestPauseReason): Promise<void> {
  await database.rows(sql`
    UPDATE digest SET paused_because = ${reason}, next_at = NULL WHERE person_id = ${personId} AND next_at IS NOT NULL`);
}

/** The place of the digest that is furthest behind; null when none waits. What the log has behind it is still to be told. */
export const DIGEST_POSITION = sql`SELECT min(d.position) FROM digest d JOIN person p ON p.id = d.person_id
  WHERE d.next_at IS NOT NULL AND ${raw(ADDRESS_AGREED)}`;
