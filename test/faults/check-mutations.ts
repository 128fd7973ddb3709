/** Whether what was acknowledged is there, what nobody knows of is there once at most, and what was refused is not. */
import type { Finding } from './checker.js';
import type { Call } from './history.js';
import type { LoggedEvent, Truth } from './truth.js';

/** What a mutation says to the log, where it says something. */
const TOLD_AS: Readonly<Partial<Record<Call['mutation'], readonly string[]>>> = {
  publish: ['PUBLISHED', 'REVISED'],
  retract: ['RETRACTED'],
};

export function checkMutations(calls: readonly Call[], truth: Truth): Finding[] {
  const ids = grouped(truth.records, ({ title }) => title);
  const revisions = grouped(truth.revisions, ({ recordId, version }) => `${recordId} ${version}`);
  const events = grouped(truth.log, ({ recordId }) => recordId);
  return [
    ...checkCreations(calls, (title) => (ids.get(title) ?? []).map(({ id }) => id)),
    ...calls.flatMap((call) => checkTransition(call, revisions.get(`${call.recordId} ${call.version}`) ?? [], events)),
    ...checkRefusals(calls, events),
    ...checkRepeats(truth),
  ];
}

function checkCreations(calls: readonly Call[], idsOf: (title: string) => readonly string[]): Finding[] {
  const findings: Finding[] = [];
  for (const [title, creations] of grouped(
    calls.filter(({ mutation }) => mutation === 'create'),
    (call) => call.title,
  )) {
    const there = idsOf(title);
    const acknowledged = creations.filter(({ outcome }) => outcome === 'ok');
    if (there.length > 1) {
      findings.push({ invariant: 'AT_MOST_ONCE', subject: title, detail: `it is there ${there.length} times` });
    }
    for (const { recordId } of acknowledged) {
      if (there.includes(recordId!)) continue;
      const detail = `the record ${recordId} was acknowledged, and is not there`;
      findings.push({ invariant: 'ACKNOWLEDGED_IS_THERE', subject: title, detail });
    }
    if (there.length > 0 && creations.every(({ outcome }) => outcome === 'failed')) {
      findings.push({ invariant: 'REFUSED_IS_NOT_THERE', subject: title, detail: `it is there as ${there[0]}` });
    }
  }
  return findings;
}

function checkTransition(
  call: Call,
  made: readonly unknown[],
  events: ReadonlyMap<string, readonly LoggedEvent[]>,
): Finding[] {
  if (call.outcome !== 'ok' || call.mutation === 'create') return [];
  const subject = `${call.mutation} of ${call.title}`;
  if (made.length === 0) {
    return [{ invariant: 'ACKNOWLEDGED_IS_THERE', subject, detail: `there is no version ${call.version}` }];
  }
  const types = TOLD_AS[call.mutation];
  if (types === undefined) return [];
  const told = (events.get(call.recordId!) ?? []).some(
    ({ type, recordVersion }) => types.includes(type) && recordVersion === call.version,
  );
  if (told) return [];
  return [{ invariant: 'ACKNOWLEDGED_IS_THERE', subject, detail: `the log does not tell of version ${call.version}` }];
}

/** An event needs somebody who asked for it and was not refused. */
function checkRefusals(calls: readonly Call[], events: ReadonlyMap<string, readonly LoggedEvent[]>): Finding[] {
  const findings: Finding[] = [];
  const byRecord = grouped(
    calls.filter(({ recordId }) => recordId !== undefined),
    ({ recordId }) => recordId!,
  );
  for (const [recordId, asked] of byRecord) {
    for (const [mutation, types] of Object.entries(TOLD_AS)) {
      const tries = asked.filter((call) => call.mutation === mutation);
      const possible = tries.filter(({ outcome }) => outcome !== 'failed').length;
      const versions = new Set(
        (events.get(recordId) ?? []).filter(({ type }) => types.includes(type)).map((event) => event.recordVersion),
      );
      if (versions.size <= possible) continue;
      const detail = `it was told of ${versions.size} times and asked for ${possible} times`;
      findings.push({ invariant: 'REFUSED_IS_NOT_THERE', subject: `${mutation} of ${recordId}`, detail });
    }
  }
  return findings;
}

function checkRepeats({ log, revisions }: Truth): Finding[] {
  const events = grouped(
    log.filter(({ type }) => type === 'PUBLISHED' || type === 'REVISED' || type === 'RETRACTED'),
    ({ recordId, recordVersion, type }) => `${type} of version ${recordVersion} of ${recordId}`,
  );
  const made = grouped(revisions, ({ recordId, version }) => `version ${version} of ${recordId}`);
  return [...events, ...made].flatMap(([subject, same]) => {
    if (same.length < 2) return [];
    return [{ invariant: 'AT_MOST_ONCE' as const, subject, detail: `it is there ${same.length} times` }];
  });
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
