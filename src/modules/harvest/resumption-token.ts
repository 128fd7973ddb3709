/**
 * Resumption tokens: all that a server needs to know to go on with a list, so that none has to remember it. They are signed,
 * so that a list goes on with what it began with; the key lies in the database, and every server goes on with the lists of
 * all others.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { ArgumentName, Verb } from './harvest-request.js';

export interface ListPlace {
  readonly verb: Verb;
  /** The arguments with which the list began. */
  readonly given: Readonly<Partial<Record<ArgumentName, string>>>;
  /** The id of the last record of the page before. */
  readonly after: string;
  /** How many were listed so far. */
  readonly cursor: number;
  /** How many there were altogether when the list began. */
  readonly size: number;
}

/** A day: harvesters pause, and come back after the night. */
export const TOKEN_MILLISECONDS = 24 * 60 * 60 * 1_000;

export function writeToken(place: ListPlace, expiresAt: Date, key: string): string {
  const { verb, given, after, cursor, size } = place;
  const content = Buffer.from(JSON.stringify([verb, given, after, cursor, size, expiresAt.getTime()])).toString(
    'base64url',
  );
  return `${content}.${sign(content, key).toString('base64url')}`;
}

/** @returns null when it was not written with this key, or is too old */
export function readToken(token: string, key: string, now: Date): ListPlace | null {
  const [content = '', signature = ''] = token.split('.');
  const signed = sign(content, key);
  const claimed = Buffer.from(signature, 'base64url');
  if (claimed.length !== signed.length || !timingSafeEqual(claimed, signed)) return null;
  // Node skips what is not base64url: the same place has one token only.
  if (token !== `${content}.${signed.toString('base64url')}`) return null;
  const [verb, given, after, cursor, size, expiresAt] = JSON.parse(Buffer.from(content, 'base64url').toString());
  return expiresAt < now.getTime() ? null : { verb, given, after, cursor, size };
}

function sign(content: string, key: string): Buffer {
  return createHmac('sha256', Buffer.from(key, 'hex')).update(content).digest();
}
