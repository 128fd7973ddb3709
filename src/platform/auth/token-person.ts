/** The person behind a token: known by issuer and subject, made at the first token, kept as the claims say. */
import sql from 'sql-template-tag';
import { v7 as uuid } from 'uuid';
import { isId } from '../../common/id.js';
import type { Database, Transaction } from '../database/database.js';
import { audit } from './audit-log.js';
import type { VerifiedToken } from './token-verifier.js';
import type { Role } from './viewer.js';

/** What is known of the person, and where the claims place it: its organisation when the directory has it. */
interface Known {
  personId: string;
  name: string;
  email: string | null;
  claimedOrganisationId: string | null;
  claimedRole: Role | null;
  /** The organisation that the token names, and the person's place there by invitation, which claims leave alone. */
  organisationId: string | null;
  invited: boolean;
}

/** Gives the person's id. Writes only when the token says something new. */
export async function personOfToken(database: Database, token: VerifiedToken): Promise<string> {
  const known = await database.row<Known>(knownPerson(token));
  if (known !== undefined && !tellsNews(known, token)) return known.personId;
  return database.inTransaction((transaction) => learn(transaction, token));
}

async function learn(transaction: Transaction, token: VerifiedToken): Promise<string> {
  // Two first tokens of one person may come at once.
  await transaction.rows(
    sql`SELECT pg_advisory_xact_lock(hashtextextended(${`person ${token.issuer} ${token.subject}`}, 0))`,
  );
  let [known] = await transaction.rows<Known>(knownPerson(token));
  if (known === undefined) {
    const id = uuid();
    await transaction.rows(
      sql`INSERT INTO person (id, name, email, email_confirmed, named_publicly, created_at)
        VALUES (${id}, ${nameIn(token)}, ${token.email}, ${token.email !== null}, false, now())`,
    );
    await transaction.rows(
      sql`INSERT INTO person_identity (issuer, subject, person_id) VALUES (${token.issuer}, ${token.subject}, ${id})`,
    );
    [known] = await transaction.rows<Known>(knownPerson(token));
  }
  const person = known!;
  if (!tellsNews(person, token)) return person.personId;
  await transaction.rows(
    sql`UPDATE person SET name = ${token.name ?? person.name}, email = ${token.email ?? person.email},
        email_confirmed = email_confirmed OR ${token.email !== null}
      WHERE id = ${person.personId}`,
  );
  await transaction.rows(sql`DELETE FROM membership WHERE person_id = ${person.personId} AND origin = 'CLAIMS'`);
  const { organisationId, role } = placeOf(person, token);
  if (organisationId !== null && role !== null) {
    await transaction.rows(
      sql`INSERT INTO membership (person_id, organisation_id, role, origin, created_at)
        VALUES (${person.personId}, ${organisationId}, ${role}, 'CLAIMS', now()) ON CONFLICT DO NOTHING`,
    );
  }
  const viewer = { actor: `person:${person.personId}`, personId: person.personId, apiKeyId: null };
  const entry = { action: 'member.manage', targetId: person.personId } as const;
  const left = person.claimedOrganisationId;
  if (left !== null && left !== organisationId) {
    const details = { before: person.claimedRole, role: null, origin: 'CLAIMS' };
    await audit(transaction, viewer, { ...entry, organisationId: left, details });
  }
  if (left === null || organisationId !== null) {
    await audit(transaction, viewer, { ...entry, organisationId, details: { role, origin: 'CLAIMS' } });
  }
  return person.personId;
}

function knownPerson({ issuer, subject, organisation }: VerifiedToken) {
  const id = organisation !== null && isId(organisation) ? organisation : null;
  return sql`SELECT p.id AS "personId", p.name, p.email, claimed.organisation_id AS "claimedOrganisationId",
      claimed.role AS "claimedRole", o.id AS "organisationId", invited.person_id IS NOT NULL AS invited
    FROM person_identity i JOIN person p ON p.id = i.person_id
    LEFT JOIN membership claimed ON claimed.person_id = p.id AND claimed.origin = 'CLAIMS'
    LEFT JOIN organisation o ON o.isil = ${organisation} OR o.agency_id = ${organisation} OR o.id = ${id}::uuid
    LEFT JOIN membership invited
      ON invited.person_id = p.id AND invited.organisation_id = o.id AND invited.origin = 'INVITATION'
    WHERE i.issuer = ${issuer} AND i.subject = ${subject}`;
}

function tellsNews(known: Known, token: VerifiedToken): boolean {
  const { organisationId, role } = placeOf(known, token);
  return (
    (token.name !== null && token.name !== known.name) ||
    (token.email !== null && token.email !== known.email) ||
    organisationId !== known.claimedOrganisationId ||
    role !== known.claimedRole
  );
}

function placeOf({ organisationId, invited }: Known, { role }: VerifiedToken) {
  return organisationId === null || role === null || invited
    ? { organisationId: null, role: null }
    : { organisationId, role };
}

/** A person has some name; who has told none is known by the beginning of the e-mail address, or by nothing. */
function nameIn({ name, email }: VerifiedToken): string {
  return name ?? email?.split('@')[0] ?? 'Unnamed';
}
