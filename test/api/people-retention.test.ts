/** What is kept no longer than it is of use. */
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { invite, memberOf } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let server: TestServer;
let client: pg.Client;
let aarhus: string;

beforeAll(async () => {
  server = await startTestServer();
  client = new pg.Client({ connectionString: server.database.url });
  await client.connect();
  aarhus = await libraryId(server);
});
afterAll(async () => {
  await client?.end();
  await server?.close();
});

const ids = async (table: string) =>
  (await client.query<{ id: string }>(`SELECT id FROM ${table} ORDER BY id`)).rows.map(({ id }) => id);

/** Starts a server beside the other, which deletes at its start what is too old, until a condition holds. */
async function retain(environment: Record<string, string>, condition: () => Promise<void>): Promise<void> {
  const sibling = await server.sibling(environment);
  try {
    await until(condition);
  } finally {
    await sibling.close();
  }
}

async function addAuditEntries(count: number, days: number): Promise<void> {
  await client.query(
    `INSERT INTO audit_log (id, occurred_at, action, actor, details)
     SELECT gen_random_uuid(), now() - $2 * interval '1 day', 'record.create', 'x', '{}' FROM generate_series(1, $1)`,
    [count, days],
  );
}

it('invitations, requests for access and idempotency keys go when their time is over', async () => {
  const person = await memberOf(server, aarhus, 'MANAGER');
  const [open, revoked, recent, over] = await Promise.all(
    Array.from({ length: 4 }, async () => (await invite(server, aarhus, 'EDITOR')).id),
  );
  const daysAgo = (days: number) => `now() - interval '${days} days'`;
  await client.query(
    `UPDATE invitation SET accepted_at = ${daysAgo(91)} WHERE person_id = '${person.personId}';
     UPDATE invitation SET revoked_at = ${daysAgo(91)} WHERE id = '${revoked}';
     UPDATE invitation SET revoked_at = ${daysAgo(89)} WHERE id = '${recent}';
     UPDATE invitation SET expires_at = ${daysAgo(91)} WHERE id = '${over}';
     INSERT INTO access_request
       (id, organisation_id, name, email, reason, token_hash, status, created_at, decided_at)
     SELECT gen_random_uuid(), '${aarhus}', 'x', 'x', status || days, sha256((status || days)::bytea), status,
       now() - interval '200 days', CASE status WHEN 'PENDING' THEN NULL ELSE now() - days * interval '1 day' END
     FROM (VALUES ('PENDING', 0), ('DECLINED', 91), ('APPROVED', 91), ('DECLINED', 89)) AS given(status, days);
     INSERT INTO idempotency_key (actor, key, content_hash, result_id, created_at)
     VALUES ('x', 'old', 'x', gen_random_uuid(), ${daysAgo(31)}), ('x', 'new', 'x', gen_random_uuid(), ${daysAgo(29)})`,
  );
  await retain({}, async () => {
    expect(await ids('invitation')).toEqual([open, recent].sort());
    const { rows } = await client.query(
      `SELECT array(SELECT reason FROM access_request ORDER BY reason) AS requests,
        array(SELECT key FROM idempotency_key) AS keys`,
    );
    expect(rows).toEqual([{ requests: ['DECLINED89', 'PENDING0'], keys: ['new'] }]);
  });
  expect((await person.query('{ viewer { role } }')).data.viewer.role).toBe('MANAGER');
});

it('the audit log is kept for as long as the operator says, in more than one batch', async () => {
  await addAuditEntries(2_500, 11);
  await addAuditEntries(3, 9);
  const count = async () => (await ids('audit_log')).length;
  const before = await count();
  await retain({ AUDIT_LOG_DAYS: '10' }, async () => expect(await count()).toBe(before - 2_500));
  await expect(client.query('DELETE FROM audit_log')).rejects.toThrow('append-only');
});

it('the audit log is kept for ever unless told', async () => {
  await addAuditEntries(1, 10_000);
  const before = await ids('audit_log');
  await client.query(
    `INSERT INTO idempotency_key (actor, key, content_hash, result_id, created_at)
     VALUES ('y', 'old', 'x', gen_random_uuid(), now() - interval '31 days')`,
  );
  // The audit log comes last: when the others are gone and the server has stopped, it would be gone, too.
  await retain({}, async () => {
    expect((await client.query(`SELECT FROM idempotency_key WHERE actor = 'y'`)).rows).toHaveLength(0);
  });
  expect(await ids('audit_log')).toEqual(before);
});
