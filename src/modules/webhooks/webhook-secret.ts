/** Secrets that messages are signed with, as Standard Webhooks writes them. */
import { randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

/** A new secret, and how it is shown: once, to who asked for it. */
export function makeSecret(): { readonly key: Buffer; readonly secret: string } {
  const key = randomBytes(SECRET_BYTES);
  return { key, secret: secretText(key) };
}

export function secretText(key: Buffer): string {
  return `whsec_${key.toString('base64')}`;
}
