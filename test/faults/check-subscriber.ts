/** What one subscriber got: the log under its filter, in order, nothing missing, nothing twice. */
import type { EventFilterInput } from '../../src/platform/log/event-filter.js';
import type { Finding } from './checker.js';
import type { SubscriberHistory } from './history.js';
import type { LoggedEvent } from './truth.js';

/** Written a second time here on purpose: a wrong filter of the server's is not to judge itself. */
export function passes(filter: EventFilterInput, event: LoggedEvent): boolean {
  const among = <Value>(wanted: readonly Value[] | null | undefined, ...values: readonly (Value | null)[]) =>
    wanted == null || wanted.length === 0 || values.some((value) => value !== null && wanted.includes(value));
  return (
    among(filter.kinds, event.recordKind) &&
    among(filter.types, event.type) &&
    among(filter.records, event.recordId, event.relatedRecordId) &&
    among(filter.organisations, event.organisationId) &&
    among(filter.municipalities, ...event.municipalities) &&
    among(filter.recommendations, ...event.recommendations) &&
    among(filter.themes, ...event.themes)
  );
}

/** The ids of the events that a subscriber is owed, in the log's order. */
export function owed(
  { filter, afterPosition }: Pick<SubscriberHistory, 'filter' | 'afterPosition'>,
  log: readonly LoggedEvent[],
): string[] {
  return log
    .filter((event) => event.position !== null && event.position > afterPosition && passes(filter, event))
    .map(({ eventId }) => eventId);
}

export function checkSubscriber(subscriber: SubscriberHistory, log: readonly LoggedEvent[]): Finding[] {
  const findings: Finding[] = [];
  const subject = subscriber.name;
  const add = (invariant: Finding['invariant'], detail: string) => findings.push({ invariant, subject, detail });

  const expected = owed(subscriber, log);
  const places = new Map(expected.map((eventId, place) => [eventId, place]));
  const seen = new Set<string>();
  let repeated = 0;
  let foremost = -1;
  let disordered = 0;
  for (const { eventId } of subscriber.receipts) {
    if (eventId === undefined) continue;
    const place = places.get(eventId);
    if (place === undefined) add('NOTHING_ELSE', `it got ${eventId}, which it is not owed`);
    if (seen.has(eventId)) {
      repeated += 1;
      continue;
    }
    seen.add(eventId);
    if (place === undefined) continue;
    if (place < foremost) disordered += 1;
    foremost = Math.max(foremost, place);
  }
  const missing = expected.filter((eventId) => !seen.has(eventId));
  if (missing.length > 0) add('NOTHING_MISSING', `${missing.length} of ${expected.length}, the first ${missing[0]!}`);
  if (disordered > 0) add('IN_ORDER', `${disordered} came behind later ones`);
  if (repeated > 0 && !subscriber.repeats) add('NO_REPEAT', `${repeated} came again`);
  for (const refusal of subscriber.refusals) add('NEVER_SENT_AWAY', refusal);
  return findings;
}
