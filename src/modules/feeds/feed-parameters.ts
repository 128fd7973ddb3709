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
 * Reads the parameters: lists of the filter, several times or with commas between, and `before`.
 *
 * @throws BAD_USER_INPUT for a parameter or a value that no filter has, so that a slip does not pass for "nothing new"
 */
export function readFeedParameters(parameters: URLSearchParams): FeedParameters {
  const known: readonly string[] = [...FILTER_LISTS, BEFORE];
  for (const name of parameters.keys()) {
    if (!known.includes(name)) refuse(`There is no parameter ${quote(name)}. There are: ${known.join(', ')}.`);
  }
  const places = parameters.getAll(BEFORE);
  if (places.length > 1) refuse('Give `before` once.');
  const input: Record<string, (string | number)[]> = {};
  for (const name of FILTER_LISTS) {
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
  return { filter: storedFilter(input) as EventFilterInput, before: places[0] ?? null };
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
