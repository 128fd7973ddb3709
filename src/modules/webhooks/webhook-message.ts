/**
 * What endpoints are sent. Ids and places alone: what was sent cannot be taken back, and the delivery log must not keep
 * the text of what is retracted later.
 */
import { Webhook } from 'standardwebhooks';
import { encodeCursor } from '../../platform/log/cursor.js';
import type { EventType, LogEntry } from '../../platform/log/log-entry.js';
import { secretText } from './webhook-secret.js';

/** A message as it is sent however often it is: only its time and signature are made anew. */
export interface WebhookMessage {
  /** The header `webhook-id`. */
  readonly id: string;
  /** Null for a ping. */
  readonly eventType: EventType | null;
  readonly body: string;
}

export function eventMessage(entry: LogEntry): WebhookMessage {
  const { eventId, type, occurredAt, recordId, recordKind, recordVersion, relatedRecordId, organisationId } = entry;
  return {
    id: eventId,
    eventType: type,
    body: JSON.stringify({
      type: `knowledge.${type.toLowerCase()}`,
      timestamp: occurredAt,
      data: {
        id: eventId,
        cursor: encodeCursor(entry),
        type,
        occurredAt,
        recordId,
        recordKind,
        recordVersion,
        relatedRecordId,
        organisationId,
      },
    }),
  };
}

export function pingMessage(id: string, endpointId: string): WebhookMessage {
  return {
    id,
    eventType: null,
    body: JSON.stringify({ type: 'ping', timestamp: new Date(), data: { id, endpointId } }),
  };
}

/**
 * The headers of one attempt.
 *
 * @param secrets the message is signed with each: while one takes the place of another, receivers may know either
 */
export function messageHeaders(
  { id, body }: Pick<WebhookMessage, 'id' | 'body'>,
  secrets: readonly Buffer[],
  now: Date,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1_000)),
    'webhook-signature': secrets.map((secret) => new Webhook(secretText(secret)).sign(id, now, body)).join(' '),
  };
}
