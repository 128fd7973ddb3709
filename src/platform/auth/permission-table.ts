/** The table of permissions for people to read, as it stands in the README. */
import { RULES } from './permissions.js';

const BEGIN = '<!-- permissions -->';
const END = '<!-- /permissions -->';

const ROLE_NAMES: Readonly<Record<string, string>> = {
  ANYBODY: 'nobody need sign in',
  PERSON: 'any person',
  OPERATOR: 'the operator',
};

/** The rules as a table in Markdown. */
function permissionTable(): string {
  const rows = Object.entries(RULES).map(
    ([action, { description, role, scope }]) =>
      `| \`${action}\` | ${description} | ${ROLE_NAMES[role] ?? role} | ${scope ?? ''} |`,
  );
  return ['| Action | What it is | Least role | Scope |', '|---|---|---|---|', ...rows].join('\n');
}

/**
 * Puts the table between its two marks.
 *
 * @throws Error when the text does not have each of them once, in their order
 */
export function withPermissionTable(text: string): string {
  const [before, inside, ...rest] = text.split(BEGIN);
  const [, after, ...more] = (inside ?? '').split(END);
  if (after === undefined || rest.length > 0 || more.length > 0) {
    throw new Error(`The table of permissions has no place: write ${BEGIN} and ${END} where it is to stand, once.`);
  }
  return `${before}${BEGIN}\n\n${permissionTable()}\n\n${END}${after}`;
}
