/** What of the log a feed's address asks for. */
import { requestError } from '../../common/errors.js';
import { checkInput } from '../../common/input.js';
import { type EventFilterInput, FILTER_LISTS, storedFilter } from '../../platform/log/event-filter.js';
import { eventTypes } from '../../platform/log/log-entry.js';
import { KnowledgeEventFilter } from '../knowledge-events/knowledge-event.types.js';
import { RecordKind } from '../records/record.entity.js';

export interface FeedParameters {
  readonly filter: EventFilterInput;
  /** A cursor: only what is older than its place. */
  readonly before: string | null;
}

const BEFORE = 'before';
/** GraphQL knows the values of its enums by itself; here nobody does. */
const ENUMS: Readonly<Record<string, readonly string[]>> = { kinds: Object.values(RecordKind), types: eventTypes };

/**
 * Reads the parameters: lists of the filter, and `before`.
 *
 * @throws BAD_USER_INPUT for a parameter or a value that no filter has, so that a slip does not pass for "nothing new"
 */
export function readFeedParameters(parameters: URLSearchParams): FeedParameters {
  const filter = readFilterParameters(parameters, FILTER_LISTS, [BEFORE]);
  return { filter, before: readSingleParameter(parameters, BEFORE) };
}

/**
 * Reads lists of the filter, each several times or with commas between.
 *
 * @param lists those that there may be
 * @param others what there may be besides
 * @throws BAD_USER_INPUT for any other parameter, and for a value that no filter has
 */
export function readFilterParameters(
  parameters: URLSearchParams,
  lists: readonly (typeof FILTER_LISTS)[number][],
  others: readonly string[],
): EventFilterInput {
  const known: readonly string[] = [...lists, ...others];
  for (const name of parameters.keys()) {
    if (!known.includes(name)) refuse(`There is no parameter ${quote(name)}. There are: ${known.join(', ')}.`);
  }
  const input: Record<string, (string | number)[]> = {};
  for (const name of lists) {
    if (!parameters.has(name)) continue;
    const texts = [...new Set(parameters.getAll(name).flatMap((value) => value.split(',')))].map((text) => text.trim());
    if (texts.includes(''))
      refuse(`\`${name}\` has an empty value: write values with commas between, or leave it out.`);
    const wrong = texts.find((text) => ENUMS[name] !== undefined && !ENUMS[name].includes(text));
    if (wrong !== undefined)
      refuse(`\`${name}\` must name some of ${ENUMS[name]!.join(', ')}; ${quote(wrong)} is none.`);
    input[name] = name === 'recommendations' ? texts.map(numberOf) : texts;
  }
  checkInput(Object.assign(new KnowledgeEventFilter(), input));
  return storedFilter(input) as EventFilterInput;
}

/** @throws BAD_USER_INPUT when it is there more than once */
export function readSingleParameter(parameters: URLSearchParams, name: string): string | null {
  const [value = null, ...further] = parameters.getAll(name);
  if (further.length > 0) refuse(`Give \`${name}\` once.`);
  return value;
}

/** The parameters of the same page: equal requests have equal texts. */
export function writeFeedParameters({ filter, before }: FeedParameters): string {
  const lists = FILTER_LISTS.flatMap((name) => {
    const values = filter[name] ?? [];
    return values.length === 0 ? [] : [`${name}=${values.join(',')}`];
  });
  const all = before === null ? lists : [...lists, `${BEFORE}=${before}`];
  return all.length === 0 ? '' : `?${all.join('&')}`;
}

function numberOf(text: string): number {
  // `Number` takes "1e0" and " 1 " for numbers, too.
  if (!/^\d{1,4}$/.test(text)) refuse(`\`recommendations\` must name numbers; ${quote(text)} is none.`);
  return Number(text);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}

function refuse(message: string): never {
  throw requestError('BAD_USER_INPUT', message);
}
