import { isTaken } from '../modules/webhooks/webhook-outcomes.js';
import type { WebhookAttemptWatch } from '../modules/webhooks/webhook-worker.js';
import type { Measures } from '../platform/telemetry/measures.js';
import type { Tracing } from '../platform/telemetry/tracing.js';

/** Counts attempts to deliver a webhook, and traces them where traces are kept; their receivers go on with the trace. */
export function watchAttempts(measures: Measures, tracing: Tracing | undefined): (url: string) => WebhookAttemptWatch {
  return (url) => {
    // Neither path nor query, in which receivers have their own keys.
    const span = tracing?.beginRequest('POST', {
      'http.request.method': 'POST',
      'server.address': new URL(url).hostname,
      'medspil.webhook': true,
    });
    return {
      headers: span?.headers ?? {},
      end: (answer) => {
        const { statusCode, milliseconds } = answer;
        const outcome = isTaken(answer) ? 'delivered' : statusCode === null ? 'unanswered' : 'refused';
        measures.webhookAttempts.of(outcome).observe(milliseconds / 1_000);
        span?.end({
          error: isTaken(answer) ? undefined : String(statusCode ?? outcome),
          ...(statusCode !== null && { attributes: { 'http.response.status_code': statusCode } }),
        });
      },
    };
  };
}
