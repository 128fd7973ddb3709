/** What a record holds that may be personal data: its authors are to look at it before everybody can. */
import { createHash } from 'node:crypto';
import sql, { type Sql } from 'sql-template-tag';
import { type UserError, userError, UserErrorCode } from '../../common/errors.js';
import { isId } from '../../common/id.js';
import { findPersonalData, PersonalDataKind } from '../../common/personal-data.js';
import type { RevisionContent } from './revision-difference.js';

/** Never says what was found, only what it looks like and where it is. */
export interface PersonalDataWarning {
  /** The same for the same text in the same field, in every version. */
  readonly id: string;
  readonly code: PersonalDataKind;
  readonly message: string;
  readonly path: string[];
  /** Whether it is in what is published already. */
  readonly acknowledged: boolean;
}

const NAMES: Record<PersonalDataKind, string> = {
  CPR_NUMBER: 'a CPR number',
  EMAIL_ADDRESS: 'an e-mail address',
};

/** What {@link warningsOf} looks through of a row of `record r`: all that becomes public of it, and what of it is. */
export const WARNING_COLUMNS: Sql = sql`r.id AS "rowId", r.slug, record_content(r.id) AS content,
  CASE WHEN r.working_copy_of IS NOT NULL THEN record_content(r.working_copy_of)
    WHEN r.published_at IS NOT NULL THEN record_content(r.id) END AS published`;

export interface WarningRow {
  readonly rowId: string;
  readonly slug: string;
  readonly content: RevisionContent;
  /** Null as long as nothing of the record is public. */
  readonly published: RevisionContent | null;
}

export function warningsOf({ slug, content, published }: WarningRow): PersonalDataWarning[] {
  const settled = new Set(published === null ? [] : found({ slug, ...published }).map(({ id }) => id));
  return found({ slug, ...content }).map((warning) => ({ ...warning, acknowledged: settled.has(warning.id) }));
}

/** Why a record is not published yet: a warning that is not acknowledged. */
export function unacknowledged({ id, message, path }: PersonalDataWarning): UserError {
  return userError(
    UserErrorCode.REQUIRED,
    `${message} If it may be public, publish with its id, ${id}, among \`acknowledgedWarnings\`.`,
    ['acknowledgedWarnings', ...path],
  );
}

type Finding = Omit<PersonalDataWarning, 'acknowledged'>;

function found(content: RevisionContent): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { path, text } of textsOf(content, [])) {
    for (const { kind, value } of findPersonalData(text)) {
      const id = hash([...path, kind, hash(value)].join('\n')).slice(0, ID_LENGTH);
      const remedy =
        path[0] === 'slug' ? 'it cannot be changed, so that only a new record is without it.' : 'take it out.';
      findings.set(id, {
        id,
        code: kind,
        message: `\`${path.join('.')}\` holds what looks like ${NAMES[kind]}: ${remedy}`,
        path,
      });
    }
  }
  return [...findings.values()];
}

function textsOf(value: unknown, path: string[]): { path: string[]; text: string }[] {
  if (typeof value === 'string') return isId(value) ? [] : [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => textsOf(inner, [...path, name]));
}

/** Sixteen hexadecimal digits. */
const ID_LENGTH = 16;
export const WARNING_ID = /^[0-9a-f]{16}$/;

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
