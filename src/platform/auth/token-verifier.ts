/** Access tokens of people, signed by an OpenID Connect issuer. */
import { errors, type JWTPayload, jwtVerify, type JWTVerifyOptions } from 'jose';
import { requestError } from '../../common/errors.js';
import { type ClaimNames, readClaims } from './token-claims.js';
import { createIssuerKeys } from './token-keys.js';
import type { Role } from './viewer.js';

/** An issuer that is trusted, and what its claims mean here. */
export interface TokenIssuer extends ClaimNames {
  /** As in the tokens' `iss`, to the letter. */
  readonly issuer: string;
  /** What the tokens' `aud` must hold. */
  readonly audience: string;
  /** Signature algorithms that are accepted. Those with a shared secret never are, even when named. */
  readonly algorithms: readonly string[];
}

/** What a token says of its bearer, believed because the issuer signed it for this server. */
export interface VerifiedToken {
  readonly issuer: string;
  readonly subject: string;
  readonly name: string | null;
  readonly email: string | null;
  /** ISIL, agency number or id, as the organisation claim has it. */
  readonly organisation: string | null;
  /** The highest that the values of the role claim stand for. */
  readonly role: Role | null;
  /** The token's `exp`: up to {@link CLOCK_TOLERANCE_SECONDS} ago. */
  readonly expiresAt: Date;
}

/**
 * Tells what a token says.
 *
 * @throws UNAUTHENTICATED when the token is not valid here; any other error when the issuer cannot be asked for its keys
 */
export type VerifyToken = (token: string) => Promise<VerifiedToken>;

/** How far the issuer's clock and ours may be apart. */
const CLOCK_TOLERANCE_SECONDS = 30;

/** Tokens with hundreds of groups have some 10 KB. */
const LONGEST_TOKEN = 16 * 1024;

const TOKEN = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** What a header may say that the token is: RFC 9068 wants `at+jwt`, and most issuers do not follow it. */
const TYPES = new Set(['jwt', 'at+jwt']);

/** The identifier that is kept; OpenID Connect allows 255 characters of ASCII. Lone surrogates have no place in a database. */
const SUBJECT = /^[^\p{Cc}\p{Cs}]{1,255}$/u;

/** The last moment that a Date can tell. */
const END_OF_TIME = 8.64e15;

/** Whether a bearer credential looks like a JWT: three parts of base64url, the last of which may be empty. */
export function isToken(credential: string): boolean {
  return TOKEN.test(credential);
}

/**
 * Makes what verifies the tokens of an issuer. The issuer is asked for nothing before the first token comes that could
 * be good.
 *
 * That the token was made for this server is told by its audience, which is the essential check: an issuer signs ID
 * tokens, access tokens for other servers and logout tokens with one and the same keys. Let the audience be this server's
 * own. Where it is the id of a client, as is common with Entra ID, that client's ID tokens have it, too. They are refused as
 * far as they can be told apart: by what access tokens never have (`at_hash`, `c_hash`), by what the issuer calls them (`typ`
 * of Keycloak, `token_use` of Cognito), or by a `nonce` without a scope, for with one it may be an access token of Keycloak
 * before 25. Tokens that are bound to a key of the client (`cnf`: DPoP or mutual TLS) are refused, because as a bearer's
 * they would be good for whoever stole them.
 */
export function createTokenVerifier(issuer: TokenIssuer): VerifyToken {
  const keys = createIssuerKeys(issuer.issuer);
  const options: JWTVerifyOptions = {
    issuer: issuer.issuer,
    audience: issuer.audience,
    algorithms: [...issuer.algorithms],
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'sub'],
  };
  return async (token) => {
    if (token.length > LONGEST_TOKEN) throw invalid(`it has more than ${LONGEST_TOKEN} characters`);
    if (!isCanonical(token)) throw invalid('it is malformed');
    const { protectedHeader, payload } = await jwtVerify(token, keys, options).catch((error: unknown) => {
      throw explain(error);
    });
    if (!isAccessToken(protectedHeader.typ, payload)) throw invalid('it is no access token');
    if (Object.hasOwn(payload, 'cnf')) throw invalid('it is bound to a key of its client, which is not asked for here');
    if (typeof payload.sub !== 'string' || !SUBJECT.test(payload.sub)) throw invalid('its claim "sub" cannot be used');
    return {
      issuer: issuer.issuer,
      subject: payload.sub,
      ...readClaims(payload, issuer),
      expiresAt: new Date(Math.min(payload.exp! * 1000, END_OF_TIME)),
    };
  };
}

/** The last character of a signature has bits that no decoder looks at: without this there are many spellings of a token. */
function isCanonical(token: string): boolean {
  const signature = token.slice(token.lastIndexOf('.') + 1);
  return Buffer.from(signature, 'base64url').toString('base64url') === signature;
}

function isAccessToken(type: unknown, payload: JWTPayload): boolean {
  if (type !== undefined) {
    if (typeof type !== 'string' || !TYPES.has(type.toLowerCase().replace(/^application\//, ''))) return false;
  }
  if (payload['typ'] === 'ID' || payload['token_use'] === 'id') return false;
  const has = (claim: string) => Object.hasOwn(payload, claim);
  if (has('nonce') && !has('scope') && !has('scp')) return false;
  return !has('at_hash') && !has('c_hash') && !has('events');
}

/** For what is wrong with the token, says so; what else went wrong is no fault of whoever sent it. Both keep the token out. */
function explain(error: unknown): unknown {
  if (error instanceof errors.JWTExpired) return invalid('it is over: get a new one from its issuer');
  if (error instanceof errors.JWTClaimValidationFailed) {
    return invalid(`its claim "${error.claim}" is missing or not what is expected`);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) return invalid('its signature algorithm is not accepted');
  if (
    error instanceof errors.JWKSNoMatchingKey ||
    error instanceof errors.JWKSMultipleMatchingKeys ||
    error instanceof errors.JWSSignatureVerificationFailed
  ) {
    return invalid('it is not signed with a key of the issuer');
  }
  if (
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return invalid('it is malformed');
  }
  return error;
}

function invalid(reason: string) {
  return requestError(
    'UNAUTHENTICATED',
    `The token is not valid here: ${reason}. What is published can be read without one.`,
  );
}
