/** From a credential to the viewer that it stands for. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { requestError } from '../../common/errors.js';
import { ADMIN, ANONYMOUS, type Viewer } from './viewer.js';

/**
 * Tells who is asking.
 *
 * @param authorization value of the `Authorization` header, or of `authorization` in the payload of `connection_init`
 * @throws UNAUTHENTICATED when it is there but stands for nobody: a wrong key is never taken for no key
 */
export type Authenticate = (authorization: string | undefined) => Promise<Viewer>;

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticator({ adminApiKey }: { readonly adminApiKey: string }): Authenticate {
  const adminDigest = digest(adminApiKey);
  return async (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    const key = BEARER.exec(authorization)?.[1];
    if (key === undefined) {
      throw requestError(
        'UNAUTHENTICATED',
        'The credential is not understood: send "Authorization: Bearer <key>", or none at all.',
      );
    }
    // Digests have one length, which the comparison in constant time wants, and tell nothing about the key's.
    if (timingSafeEqual(digest(key), adminDigest)) return ADMIN;
    throw requestError('UNAUTHENTICATED', 'The key is not valid here. What is published can be read without one.');
  };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
