/** From a credential to the viewer that it stands for. */
import { timingSafeEqual } from 'node:crypto';
import { requestError } from '../../common/errors.js';
import type { Database } from '../database/database.js';
import { secretHash } from './api-key.js';
import { viewerByKey, viewerByPerson } from './credentials.js';
import { personOfToken } from './token-person.js';
import { isToken, type VerifyToken } from './token-verifier.js';
import { ADMIN, ANONYMOUS, type Viewer } from './viewer.js';

/**
 * Tells who is asking.
 *
 * @param authorization value of the `Authorization` header, or of `authorization` in the payload of `connection_init`
 * @throws UNAUTHENTICATED when it is there but stands for nobody: a wrong key is never taken for no key
 */
export type Authenticate = (authorization: string | undefined) => Promise<Viewer>;

export interface AuthenticatorOptions {
  readonly adminApiKey: string;
  readonly database: Database;
  /** Undefined where nobody signs tokens for this server. */
  readonly verifyToken: VerifyToken | undefined;
}

const BEARER = /^Bearer +([^\s]+) *$/i;

export function createAuthenticator({ adminApiKey, database, verifyToken }: AuthenticatorOptions): Authenticate {
  const adminHash = secretHash(adminApiKey);
  return async (authorization) => {
    if (authorization === undefined) return ANONYMOUS;
    const credential = BEARER.exec(authorization)?.[1];
    if (credential === undefined) {
      throw requestError(
        'UNAUTHENTICATED',
        'The credential is not understood: send "Authorization: Bearer <key or token>", or none at all.',
      );
    }
    // Hashes have one length, which the comparison in constant time wants, and tell nothing about the key's.
    if (timingSafeEqual(secretHash(credential), adminHash)) return ADMIN;
    const viewer =
      verifyToken !== undefined && isToken(credential)
        ? await viewerByToken(database, verifyToken, credential)
        : await viewerByKey(database, credential);
    if (viewer !== undefined) return viewer;
    throw requestError(
      'UNAUTHENTICATED',
      'The key is not valid here, or no longer. What is published can be read without one.',
    );
  };
}

async function viewerByToken(
  database: Database,
  verifyToken: VerifyToken,
  credential: string,
): Promise<Viewer | undefined> {
  const token = await verifyToken(credential);
  return viewerByPerson(database, await personOfToken(database, token), token.expiresAt);
}
