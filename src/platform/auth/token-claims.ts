/** What the claims of a token mean here. They are signed, but people and systems elsewhere typed what is in them. */
import type { JWTPayload } from 'jose';
import { forbiddenCharacter, normaliseText, withoutForbiddenCharacters } from '../../common/text.js';
import { ROLES, type Role } from './viewer.js';

/** Which claims are looked at. A name may be a path to a claim within claims, e.g. `realm_access.roles`. */
export interface ClaimNames {
  readonly nameClaim: string;
  readonly emailClaim: string;
  readonly organisationClaim: string | undefined;
  readonly roleClaim: string | undefined;
  /** What the values of the role claim mean here; all others mean nothing. */
  readonly roles: ReadonlyMap<string, Role>;
}

export interface Claims {
  readonly name: string | null;
  readonly email: string | null;
  readonly organisation: string | null;
  readonly role: Role | null;
}

const LONGEST_NAME = 200;
const LONGEST_ORGANISATION = 100;

/** No longer than mail can be sent to, and nothing in it that cannot be seen. */
const EMAIL = /^(?=.{3,254}$)[^\s@\p{C}]+@[^\s@\p{C}]+$/u;

/** Reads the claims. One that is not there, of another type than expected or of no use counts as absent. */
export function readClaims(payload: JWTPayload, names: ClaimNames): Claims {
  return {
    name: nameIn(claimAt(payload, names.nameClaim)),
    email: emailIn(payload, names.emailClaim),
    organisation: organisationIn(claimAt(payload, names.organisationClaim)),
    role: roleIn(claimAt(payload, names.roleClaim), names.roles),
  };
}

/** A whole name goes before a path, for the names of some claims are addresses, and so have dots (`https://example.org/role`). */
function claimAt(claims: unknown, name: string | undefined): unknown {
  if (name === undefined || typeof claims !== 'object' || claims === null) return undefined;
  if (Object.hasOwn(claims, name)) return claims[name as keyof typeof claims];
  for (let dot = name.indexOf('.'); dot !== -1; dot = name.indexOf('.', dot + 1)) {
    const outer = name.slice(0, dot);
    if (!Object.hasOwn(claims, outer)) continue;
    const claim = claimAt(claims[outer as keyof typeof claims], name.slice(dot + 1));
    if (claim !== undefined) return claim;
  }
  return undefined;
}

function nameIn(claim: unknown): string | null {
  if (typeof claim !== 'string') return null;
  const name = normaliseText(withoutForbiddenCharacters(claim)).replace(/\s+/g, ' ');
  return [...name].slice(0, LONGEST_NAME).join('').trim() || null;
}

/** An address that the issuer itself does not vouch for counts as absent. */
function emailIn(payload: JWTPayload, name: string): string | null {
  const claim = claimAt(payload, name);
  const verified = name === 'email' ? payload['email_verified'] : undefined;
  if (typeof claim !== 'string' || verified === false || verified === 'false') return null;
  const email = claim.trim();
  return EMAIL.test(email) ? email : null;
}

/** Issuers that know claims with many values give a list even of one; of several it is not known which is meant. */
function organisationIn(claim: unknown): string | null {
  const [value, ...others] = Array.isArray(claim) ? claim : [claim];
  if (typeof value !== 'string' || others.length > 0) return null;
  const organisation = value.trim();
  const isOfUse =
    organisation !== '' && organisation.length <= LONGEST_ORGANISATION && !forbiddenCharacter(organisation);
  return isOfUse ? organisation : null;
}

/** A string is one value, or several between spaces as in `scope`. */
function roleIn(claim: unknown, roles: ReadonlyMap<string, Role>): Role | null {
  const values: unknown[] =
    typeof claim === 'string' ? [claim, ...claim.split(/\s+/)] : Array.isArray(claim) ? claim : [];
  const held = new Set(values.map((value) => (typeof value === 'string' ? roles.get(value) : undefined)));
  return ROLES.findLast((role) => held.has(role)) ?? null;
}
