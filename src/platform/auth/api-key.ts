/** API keys as text: `medspil_`, ten characters to know it by, and 256 random bits. */
import { createHash, randomBytes, randomInt } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
const PREFIX_LENGTH = 10;
const KEY = /^medspil_([0-9a-z]{10})_([A-Za-z0-9_-]{43})$/;

/** A new key. Only `prefix` and `hash` are kept; `secret` is shown once. */
export interface NewApiKey {
  readonly secret: string;
  readonly prefix: string;
  readonly hash: Buffer;
}

export function makeApiKey(): NewApiKey {
  const prefix = Array.from({ length: PREFIX_LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
  const secret = `medspil_${prefix}_${randomBytes(32).toString('base64url')}`;
  return { secret, prefix, hash: secretHash(secret) };
}

/** The part of a key by which it is looked up; undefined for what is no key. */
export function prefixOf(credential: string): string | undefined {
  return KEY.exec(credential)?.[1];
}

/** A token that lets its bearer in once, e.g. an invitation's. Only its hash is kept. */
export function makeToken(): { readonly token: string; readonly hash: Buffer } {
  const token = `medspil_invitation_${randomBytes(32).toString('base64url')}`;
  return { token, hash: secretHash(token) };
}

/** SHA-256. It needs neither salt nor delay: nobody guesses 256 random bits. */
export function secretHash(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
