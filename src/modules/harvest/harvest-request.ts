/** Requests of OAI-PMH 2.0, section 3.1: which arguments a verb takes, and what these look like. */
import { type DateRange, readDateRange } from './datestamp.js';
import { HarvestError } from './harvest-error.js';

export const ARGUMENTS = ['identifier', 'metadataPrefix', 'from', 'until', 'set', 'resumptionToken'] as const;
export type ArgumentName = (typeof ARGUMENTS)[number];

interface VerbArguments {
  readonly required?: readonly ArgumentName[];
  readonly optional?: readonly ArgumentName[];
  /** Whether a resumption token may stand instead of all others. */
  readonly resumable?: boolean;
}

const LIST: VerbArguments = { required: ['metadataPrefix'], optional: ['from', 'until', 'set'], resumable: true };

export const VERBS = {
  Identify: {},
  ListMetadataFormats: { optional: ['identifier'] },
  ListSets: { resumable: true },
  ListIdentifiers: LIST,
  ListRecords: LIST,
  GetRecord: { required: ['identifier', 'metadataPrefix'] },
} satisfies Record<string, VerbArguments>;

export type Verb = keyof typeof VERBS;

/** A request whose form is right; whether there is what it asks for is another question. */
export interface HarvestRequest extends DateRange {
  readonly verb: Verb;
  /** As the client sent them. */
  readonly given: Readonly<Partial<Record<ArgumentName, string>>>;
}

const PREFIX = /^[A-Za-z0-9\-_.!~*'()]+$/;

/** Patterns as in the schema of the protocol; what does not fit could not be repeated in the answer. */
const FORMS: Readonly<Partial<Record<ArgumentName, RegExp>>> = {
  identifier: /^[A-Za-z][A-Za-z0-9+.-]*:[^\s"<>\\^`{|}\p{Cc}\p{Surrogate}]+$/u,
  metadataPrefix: PREFIX,
  set: /^[A-Za-z0-9\-_.!~*'()]+(?::[A-Za-z0-9\-_.!~*'()]+)*$/,
};

/** Longer than any that there is. */
const MAXIMUM_LENGTH = 2_000;

/**
 * Reads a request.
 *
 * @throws HarvestError badVerb, badArgument, with all that is wrong with the arguments
 */
export function readRequest(parameters: URLSearchParams): HarvestRequest {
  const verb = readVerb(parameters.getAll('verb'));
  const { required = [], optional = [], resumable = false }: VerbArguments = VERBS[verb];
  const names = [...new Set(parameters.keys())].filter((name) => name !== 'verb');
  const isResumed = resumable && names.includes('resumptionToken');
  const allowed: readonly string[] = [...required, ...optional, ...(resumable ? ['resumptionToken'] : [])];
  const problems = names.flatMap((name) => problemsOf(name, parameters.getAll(name), verb, allowed));
  if (isResumed && names.length > 1) problems.push('resumptionToken stands alone: leave out all other arguments.');
  if (!isResumed) {
    for (const name of required) {
      if (!names.includes(name)) problems.push(`${verb} needs the argument ${name}.`);
    }
  }
  const given: Partial<Record<ArgumentName, string>> = {};
  for (const name of ARGUMENTS) {
    const value = parameters.get(name);
    if (value !== null) given[name] = value;
  }
  const range = readDateRange(given.from, given.until, problems);
  if (problems.length > 0) throw new HarvestError('badArgument', problems.slice(0, 10));
  return { verb, given, ...range };
}

function readVerb(values: readonly string[]): Verb {
  const verbs = Object.keys(VERBS).join(', ');
  if (values.length === 0) throw new HarvestError('badVerb', [`The argument verb is missing: it is one of ${verbs}.`]);
  if (values.length > 1) throw new HarvestError('badVerb', ['The argument verb is repeated.']);
  const [verb] = values as [string];
  if (!Object.hasOwn(VERBS, verb)) {
    throw new HarvestError('badVerb', [`There is no verb ${quote(verb)}: it is one of ${verbs}.`]);
  }
  return verb as Verb;
}

function problemsOf(name: string, values: readonly string[], verb: Verb, allowed: readonly string[]): string[] {
  if (!allowed.includes(name)) return [`${verb} takes no argument ${quote(name)}.`];
  if (values.length > 1) return [`The argument ${name} is repeated.`];
  const [value] = values as [string];
  const form = FORMS[name as ArgumentName];
  if (value.length > MAXIMUM_LENGTH) return [`The argument ${name} is too long.`];
  return form === undefined || form.test(value) ? [] : [`${quote(value)} is nothing that ${name} can be.`];
}

function quote(text: string): string {
  return `"${text.slice(0, 100)}"`;
}
