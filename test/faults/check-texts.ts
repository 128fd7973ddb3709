/** Whether a text came to somebody before it was public, or after it was taken back. */
import type { Finding } from './checker.js';
import type { Call, Canary, History, Receipt, SubscriberHistory } from './history.js';
import type { Truth } from './truth.js';

/**
 * How long, in milliseconds, a server may tell those who come anew what it had worked out before another server told of
 * the retraction: as long as it takes to hear of it.
 */
export const HEARS_WITHIN = 5_000;

export function checkTexts(history: History, truth: Truth): Finding[] {
  const texts = new Texts(history, truth);
  return [
    ...history.subscribers.flatMap((subscriber) => texts.checkSubscriber(subscriber)),
    ...history.answers.flatMap(({ invokedAt, endedAt, canaries }) =>
      canaries.flatMap((text) => texts.checkText(text, 'a query', endedAt, invokedAt)),
    ),
  ];
}

class Texts {
  private readonly canaries: ReadonlyMap<string, Canary>;
  private readonly records: ReadonlyMap<string, string>;
  private readonly positions: ReadonlyMap<string, number | null>;
  private readonly retracted: ReadonlyMap<string, Call>;
  private readonly retractedAt: ReadonlyMap<string, number>;

  constructor({ calls, canaries }: History, { records, log }: Truth) {
    this.canaries = new Map(canaries.map((canary) => [canary.text, canary]));
    this.records = new Map(records.map(({ id, title }) => [title, id]));
    this.positions = new Map(log.map(({ eventId, position }) => [eventId, position]));
    const retractions = calls.filter(({ mutation, outcome }) => mutation === 'retract' && outcome === 'ok');
    this.retracted = new Map(retractions.map((call) => [call.title, call]));
    this.retractedAt = new Map(
      log.flatMap(({ type, recordId, position }) =>
        type === 'RETRACTED' && position !== null ? [[recordId, position] as const] : [],
      ),
    );
  }

  checkSubscriber(subscriber: SubscriberHistory): Finding[] {
    const findings: Finding[] = [];
    /** Records whose retraction was told, by connection. */
    const told = new Map<number, Set<string>>();
    for (const receipt of subscriber.receipts) {
      const { connection, at, canaries, type, recordId } = receipt;
      const gone = told.get(connection) ?? new Set<string>();
      told.set(connection, gone);
      for (const text of canaries) {
        const openedAt = subscriber.openedAt[connection] ?? -Infinity;
        findings.push(...this.checkText(text, subscriber.name, at, openedAt - HEARS_WITHIN));
        const detail = this.afterRetraction(text, receipt, gone);
        if (detail !== undefined) findings.push({ invariant: 'NO_RETRACTED', subject: subscriber.name, detail });
      }
      if (type === 'RETRACTED' && recordId !== undefined) gone.add(recordId);
    }
    return findings;
  }

  /**
   * @param at when it came
   * @param workedOutAfter before this it was not worked out
   */
  checkText(text: string, subject: string, at: number, workedOutAfter: number): Finding[] {
    const canary = this.canaries.get(text);
    if (canary === undefined) {
      return [{ invariant: 'NO_DRAFT', subject, detail: `${text} came, which nobody wrote in this run` }];
    }
    if (at < canary.publicFrom) {
      return [{ invariant: 'NO_DRAFT', subject, detail: `${text} of ${canary.title} came before it was public` }];
    }
    const retraction = this.retracted.get(canary.title);
    if (retraction !== undefined && workedOutAfter > retraction.endedAt!) {
      const milliseconds = Math.round(workedOutAfter - retraction.endedAt!);
      const detail = `${text} of ${canary.title} was asked for ${milliseconds} ms after its retraction, and came`;
      return [{ invariant: 'NO_RETRACTED', subject, detail }];
    }
    return [];
  }

  private afterRetraction(text: string, { eventId }: Receipt, gone: ReadonlySet<string>): string | undefined {
    const recordId = this.records.get(this.canaries.get(text)?.title ?? '');
    if (recordId === undefined) return undefined;
    if (gone.has(recordId)) return `${text} came behind the retraction of ${recordId}, on the same connection`;
    const position = this.positions.get(eventId ?? '') ?? null;
    const retractedAt = this.retractedAt.get(recordId);
    if (position === null || retractedAt === undefined || position <= retractedAt) return undefined;
    return `${text} came with position ${position}, and ${recordId} was retracted at ${retractedAt}`;
  }
}
