/** Whether the hosts that webhooks go to can be looked up, and may be sent to. */
import sql from 'sql-template-tag';
import type { Config } from '../config.js';
import { ForbiddenTargetError, WebhookTargets } from '../modules/webhooks/webhook-target.js';
import type { Reads } from '../platform/database/cancellable-reads.js';
import { codeOf, Report } from './finding.js';

/** Hosts that are looked up at the most: whoever has more has other means. */
const HOSTS = 100;

export async function checkWebhooks(
  reads: Reads,
  { webhookAllowedNetworks }: Pick<Config, 'webhookAllowedNetworks'>,
): Promise<Report> {
  const report = new Report('webhooks');
  const endpoints = await reads.rows<{ url: string }>(
    sql`SELECT url FROM webhook_endpoint WHERE status = 'ENABLED' ORDER BY created_at LIMIT ${HOSTS}`,
  );
  const targets = new WebhookTargets({ allowedNetworks: webhookAllowedNetworks });
  const origins = new Map(endpoints.map(({ url }) => [new URL(url).origin, new URL(new URL(url).origin)]));
  await Promise.all(
    [...origins.values()].map(async (origin) => {
      try {
        await targets.addressesOf(origin);
      } catch (error) {
        if (error instanceof ForbiddenTargetError) {
          const advice = 'Add its network to WEBHOOK_ALLOWED_NETWORKS if messages are to go there.';
          report.warning(`${origin.host} has an address that nothing is sent to.`, advice);
        } else {
          report.warning(
            `${origin.host} cannot be looked up (${codeOf(error)}).`,
            'Look at the name servers of this machine.',
          );
        }
      }
    }),
  );
  if (report.findings.length === 0) report.ok(`All ${origins.size} hosts that webhooks go to can be looked up.`);
  return report;
}
