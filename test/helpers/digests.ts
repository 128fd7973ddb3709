/** Digests as tests want them: due at once, sent by a worker of the test's own. */
import pg from 'pg';
import { expect } from 'vitest';
import { ENTITIES, MIGRATIONS } from '../../src/entities.js';
import { DigestWorker } from '../../src/modules/digests/digest-worker.js';
import { Mailer } from '../../src/modules/digests/mailer.js';
import { Database } from '../../src/platform/database/database.js';
import type { MailServer } from './mail-server.js';
import { memberOf, type TestPerson } from './people.js';
import { createLesson, publish, type Reference } from './records.js';
import type { GraphqlResponse, TestServer } from './server.js';
import { until } from './until.js';

export const MAIL_FROM = 'Medspil <medspil@example.net>';
export const BASE = 'https://medspil.example.org';

const SET = `mutation ($input: SetDigestInput!) { setDigest(input: $input) {
  digest { id frequency language isConfirmed pausedBecause nextAt organisation { name } }
  errors { code message path } } }`;

/** Asks for a digest; daily and in English unless told. */
export function setDigest({ query }: Pick<TestPerson, 'query'>, input: object = {}): Promise<GraphqlResponse> {
  return query(SET, { input: { frequency: 'DAILY', language: 'EN', ...input } });
}

/** Follows everything, for the person or for an organisation. */
export async function followEverything(
  { query }: Pick<TestPerson, 'query'>,
  organisationId: string | null = null,
): Promise<void> {
  const { data, errors } = await query(
    'mutation ($input: FollowInput!) { follow(input: $input) { errors { code message } } }',
    { input: { organisationId, name: 'Everything', filter: {} } },
  );
  expect(errors).toBeUndefined();
  expect(data.follow.errors).toEqual([]);
}

/** A server's database, and what tests do to it. */
export class DigestTable {
  private constructor(
    private readonly client: pg.Client,
    private readonly server: TestServer,
  ) {}

  static async open(server: TestServer): Promise<DigestTable> {
    const client = new pg.Client({ connectionString: server.database.url });
    await client.connect();
    return new DigestTable(client, server);
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  async rows(statement: string, values: readonly unknown[] = []): Promise<any[]> {
    return (await this.client.query(statement, [...values])).rows;
  }

  /** Resolves when all inboxes have all that happened. */
  async inboxesFilled(): Promise<void> {
    await until(async () => {
      const [{ waiting }] = await this.rows(
        `SELECT EXISTS (SELECT FROM knowledge_log WHERE position IS NULL)
          OR (SELECT last_position FROM knowledge_log_state) > (SELECT position FROM inbox_reader) AS waiting`,
      );
      expect(waiting).toBe(false);
    });
  }

  /** Makes the digests of some people due; of everybody unless told. */
  async makeDue(...people: readonly TestPerson[]): Promise<void> {
    const ids = people.map(({ personId }) => personId);
    await this.rows(
      `UPDATE digest SET next_at = now() - interval '1 second'
        WHERE next_at IS NOT NULL AND ($1::uuid[] = '{}' OR person_id = ANY($1::uuid[]))`,
      [ids],
    );
  }

  /** Publishes a lesson and waits until the inboxes have it. */
  async publishLesson(input: object = {}): Promise<Reference> {
    const lesson = await publish(this.server, await createLesson(this.server, input));
    await this.inboxesFilled();
    return lesson;
  }

  /** Somebody whose address needs no question, with a digest of all there is. */
  async subscriber(organisationId: string, input: object = {}): Promise<TestPerson> {
    const person = await memberOf(this.server, organisationId, 'CONTRIBUTOR');
    await this.rows('UPDATE person SET email_confirmed = true WHERE id = $1', [person.personId]);
    await followEverything(person);
    const { data } = await setDigest(person, input);
    expect(data.setDigest.errors).toEqual([]);
    return person;
  }

  async digestOf({ personId }: TestPerson): Promise<any> {
    return (await this.rows('SELECT * FROM digest WHERE person_id = $1', [personId]))[0];
  }
}

export interface TestWorker {
  readonly worker: DigestWorker;
  /** What the mailer told of failures. */
  readonly failures: string[];
  close(): Promise<void>;
}

/** A worker as another process would have it. */
export async function openWorker(
  server: TestServer,
  mailServer: MailServer,
  sendMilliseconds = 5_000,
): Promise<TestWorker> {
  const database = await Database.open({
    connection: server.database,
    entities: ENTITIES,
    migrations: MIGRATIONS,
    onIdleError: () => undefined,
  });
  const failures: string[] = [];
  const onError = ({ message }: Error) => failures.push(message);
  const mailer = new Mailer({ smtpUrl: mailServer.url, from: MAIL_FROM, onError, sendMilliseconds });
  const worker = new DigestWorker({ database, mailer, base: () => BASE, onError });
  return {
    worker,
    failures,
    close: async () => {
      await worker.stop();
      await database.close();
    },
  };
}
