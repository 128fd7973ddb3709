/** Digests as they come by mail: everything once, whatever happens to servers and mail servers. */
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  BASE,
  DigestTable,
  followEverything,
  MAIL_FROM,
  openWorker,
  setDigest,
  type TestWorker,
} from '../helpers/digests.js';
import { MailServer, smtpError } from '../helpers/mail-server.js';
import { memberOf, type TestPerson } from '../helpers/people.js';
import { createCaseStudy, libraryId, mutate, publish } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let mailServer: MailServer;
let server: TestServer;
let table: DigestTable;
let here: TestWorker;
let elsewhere: TestWorker;
let aarhus: string;

beforeAll(async () => {
  mailServer = new MailServer();
  await mailServer.start();
  server = await startTestServer({ environment: { SMTP_URL: mailServer.url, MAIL_FROM } });
  table = await DigestTable.open(server);
  aarhus = await libraryId(server);
});
afterAll(async () => {
  await table?.close();
  await server?.close();
  await mailServer?.stop();
});
beforeEach(async () => {
  [here, elsewhere] = await Promise.all([openWorker(server, mailServer), openWorker(server, mailServer)]);
});
afterEach(async () => {
  mailServer.onMessage = () => undefined;
  mailServer.onRecipient = () => undefined;
  mailServer.cut = undefined;
  await Promise.all([here.close(), elsewhere.close()]);
});

/** Has what is due for somebody sent, and gives all that came so far. */
async function sendTo(person: TestPerson) {
  await table.makeDue(person);
  await here.worker.run();
  // Where the server's own worker was faster, this one found nothing to do.
  await until(async () => {
    const { lease, leased_until: until } = await table.digestOf(person);
    expect(lease === null || lease === STOLEN, `held until ${until}`).toBe(true);
  });
  return mailServer.to(person.email);
}

/** The lease of another worker. */
const STOLEN = '00000000-0000-4000-8000-000000000000';

const subscribed = (input: object = {}) => table.subscriber(aarhus, input);

describe('a digest', () => {
  it('tells what is new, once', async () => {
    const person = await subscribed();
    await table.publishLesson({ title: 'Share the key to the room' });
    await table.publishLesson({ title: 'Agree on the exit' });
    const [mail, ...others] = await sendTo(person);
    expect(others).toEqual([]);
    expect(mail!.subject).toBe('Medspil: 2 new messages in your inbox');
    for (const form of [mail!.text, mail!.html]) expect(form).toMatch(/Share the key[^]*Agree on the exit/);
    expect(mail!.text).toMatch(new RegExp(`${BASE}/records/[0-9a-f-]{36}`));
    expect(mail!.from!.text).toContain('medspil@example.net');

    expect(await sendTo(person)).toHaveLength(1);
    await table.publishLesson({ title: 'Two keys are better' });
    const [, second] = await sendTo(person);
    expect(second!.subject).toBe('Medspil: 1 new message in your inbox');
    expect(second!.text).not.toContain('Share the key');
  });

  it('does not come when there is nothing; its next time does', async () => {
    const person = await subscribed();
    expect(await sendTo(person)).toEqual([]);
    const { next_at: nextAt } = await table.digestOf(person);
    expect(nextAt.getTime()).toBeGreaterThan(Date.now());
  });

  it('is in the language of who gets it', async () => {
    const person = await subscribed({ language: 'DA', frequency: 'WEEKLY' });
    await table.publishLesson({ title: 'Del nøglen til lokalet', language: 'DA' });
    const [mail] = await sendTo(person);
    expect(mail!.subject).toBe('Medspil: 1 ny besked i din indbakke');
    expect(mail!.text).toContain('NYT');
    expect(mail!.text).toContain('Læring · ');
    expect(mail!.html).toContain('<html lang="da">');
  });

  it('can be stopped by the mailbox, with what stands in its headers', async () => {
    const person = await subscribed();
    await table.publishLesson();
    const [mail] = await sendTo(person);
    const { unsubscribe } = mail!.headers.get('list') as unknown as { unsubscribe: { url: string } };
    expect(mail!.headers.get('list-unsubscribe-post') ?? mail!.raw).toContain('List-Unsubscribe=One-Click');
    expect(unsubscribe.url.startsWith(`${BASE}/digests/unsubscribe?token=`)).toBe(true);
    const response = await fetch(unsubscribe.url.replace(BASE, server.url), {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'List-Unsubscribe=One-Click',
    });
    expect(response.status).toBe(200);
    await table.publishLesson();
    expect(await sendTo(person)).toHaveLength(1);
    expect(await table.digestOf(person)).toMatchObject({ frequency: 'NONE', next_at: null });
  });

  it('comes to nobody who did not agree, and then tells what there was meanwhile', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    await followEverything(person);
    await setDigest(person);
    await table.publishLesson({ title: 'While nobody had agreed' });
    await until(() => expect(mailServer.to(person.email)).toHaveLength(1));
    await table.rows(`UPDATE digest_confirmation SET sent_at = sent_at - interval '1 day' WHERE person_id = $1`, [
      person.personId,
    ]);
    await sendTo(person);
    const [question] = await sendTo(person);
    // Who gave no answer is not asked every morning.
    expect(mailServer.to(person.email)).toHaveLength(1);
    const link = /\S+\/digests\/confirm\?\S+/.exec(question!.text!)![0];
    await fetch(link, { method: 'POST' });
    const [, digest] = await sendTo(person);
    expect(digest!.text).toContain('While nobody had agreed');
  });

  it('asks the new address of somebody who moved', async () => {
    const person = await subscribed();
    const email = `moved-${person.email}`;
    await person.query('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }', {
      input: { email },
    });
    await table.publishLesson();
    await sendTo(person);
    await here.worker.run();
    expect(mailServer.to(person.email)).toEqual([]);
    expect(mailServer.to(email).map(({ subject }) => subject)).toEqual(['Medspil: is it you who asked for mail?']);
  });

  it('of an organisation’s inbox is for its members, as long as they are', async () => {
    const [stays, leaves] = [await memberOf(server, aarhus, 'MANAGER'), await memberOf(server, aarhus, 'CONTRIBUTOR')];
    await followEverything(stays, aarhus);
    for (const person of [stays, leaves]) {
      await table.rows('UPDATE person SET email_confirmed = true WHERE id = $1', [person.personId]);
      await setDigest(person, { organisationId: aarhus });
    }
    await table.publishLesson({ title: 'For the house' });
    await mutate(server, 'removeMember', 'membership { role }', { organisationId: aarhus, personId: leaves.personId });
    expect((await sendTo(stays)).map(({ subject }) => subject)).toEqual([
      expect.stringMatching(/^Medspil: 1 new message in the inbox of .*Aarhus/),
    ]);
    expect(await sendTo(leaves)).toEqual([]);
    expect(await table.digestOf(leaves)).toMatchObject({ frequency: 'NONE', next_at: null });
  });

  it('has no text of what was taken back since', async () => {
    const person = await subscribed();
    const secret = 'Canary that was sung too early';
    const { id, version } = await table.publishLesson({ title: secret, advice: secret });
    await mutate(server, 'retract', 'record { id }', { id, version, reason: 'It was wrong.' });
    await table.inboxesFilled();
    const [mail] = await sendTo(person);
    expect(mail!.subject).toContain('2 new messages');
    expect(mail!.text).toContain('TAKEN BACK');
    expect(mail!.raw.replace(/=\r\n/g, '')).not.toContain('Canary');
  });

  it('shows fifty and counts the others', async () => {
    const person = await subscribed();
    await table.publishLesson();
    await table.rows(`INSERT INTO knowledge_log (event_id, type, occurred_at, record_id, record_kind, record_version,
        organisation_id, municipalities, recommendations, themes)
      SELECT gen_random_uuid(), 'REVISED', now(), record_id, record_kind, record_version, organisation_id, '{}', '{}', '{}'
      FROM knowledge_log, generate_series(1, 54) WHERE position = (SELECT max(position) FROM knowledge_log)`);
    await table.inboxesFilled();
    const [mail] = await sendTo(person);
    expect(mail!.subject).toContain('55 new messages');
    expect(mail!.text!.match(/^\* /gm)).toHaveLength(50);
    expect(mail!.html!.toString().match(/<li>/g)).toHaveLength(50);
    expect(mail!.text).toContain('… and 5 more');
  });

  it('shows a title as it is, whatever is in it', async () => {
    const person = await subscribed();
    const title = 'Æbler & "pærer" <b>fed</b> =?utf-8?Q?x?= 😀';
    await publish(server, await createCaseStudy(server, { title, language: 'DA' }));
    await table.inboxesFilled();
    const [mail] = await sendTo(person);
    expect(mail!.text).toContain(`* ${title}\n`);
    expect(mail!.html).toContain('&lt;b&gt;fed&lt;/b&gt;');
    expect(mail!.html).not.toContain('<b>');
  });
});

describe('several processes', () => {
  it('send once', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => subscribed()));
    await table.publishLesson();
    await table.makeDue(...people);
    await Promise.all([here.worker.run(), elsewhere.worker.run(), here.worker.run(), elsewhere.worker.run()]);
    expect(people.map(({ email }) => mailServer.to(email).length)).toEqual([1, 1, 1, 1, 1, 1]);
  });

  it('ask an address once that several people gave', async () => {
    const people = await Promise.all(Array.from({ length: 6 }, () => memberOf(server, aarhus, 'CONTRIBUTOR')));
    const email = `shared-${people[0]!.email}`;
    const ids = people.map(({ personId }) => personId);
    await table.rows('UPDATE person SET email = $1 WHERE id = ANY($2::uuid[])', [email, ids]);
    for (const person of people) await setDigest(person);
    await until(() => expect(mailServer.to(email)).toHaveLength(1));
    // An hour later all of them are due together; to take one takes long enough for the others to look.
    await table.rows(
      `UPDATE digest_confirmation SET sent_at = NULL, lease = NULL, leased_until = NULL, next_at = now() - interval '1 second'
        WHERE person_id = ANY($1::uuid[])`,
      [ids],
    );
    await table.rows(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      PERFORM pg_sleep(0.2); RETURN NEW; END $$`);
    await table.rows(
      'CREATE TRIGGER dawdle BEFORE UPDATE ON digest_confirmation FOR EACH ROW EXECUTE FUNCTION dawdle()',
    );
    await Promise.all([here.worker.run(), elsewhere.worker.run()]);
    await table.rows('DROP TRIGGER dawdle ON digest_confirmation');
    await table.rows('DROP FUNCTION dawdle');
    // One of them may be the server's own worker's.
    await until(() => expect(mailServer.to(email)).toHaveLength(2));
  });

  it('repeat what one of them did not finish, as the same message', async () => {
    const person = await subscribed();
    await table.publishLesson({ title: 'Told twice at most' });
    // The process dies after the mail server has taken it and before that is written: its writes are refused here.
    await table.rows(`CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.position > OLD.position THEN RAISE EXCEPTION 'dead'; END IF; RETURN NEW; END $$`);
    await table.rows('CREATE TRIGGER die BEFORE UPDATE ON digest FOR EACH ROW EXECUTE FUNCTION die()');
    await table.makeDue(person);
    await expect(here.worker.run()).rejects.toThrow('dead');
    await table.rows('DROP TRIGGER die ON digest');
    await table.rows('DROP FUNCTION die');
    expect(mailServer.to(person.email)).toHaveLength(1);

    // Nobody touches it as long as it is held.
    await elsewhere.worker.run();
    expect(mailServer.to(person.email)).toHaveLength(1);
    await table.publishLesson({ title: 'What came meanwhile' });
    await table.rows('UPDATE digest SET leased_until = now() WHERE person_id = $1', [person.personId]);
    await elsewhere.worker.run();
    const [first, second] = mailServer.to(person.email);
    expect(second!.messageId).toBe(first!.messageId);
    expect(second!.subject).toBe(first!.subject);
    expect(second!.text).not.toContain('What came meanwhile');
    const [, , third] = await sendTo(person);
    expect(third!.text).toContain('What came meanwhile');
    expect(third!.messageId).not.toBe(first!.messageId);
  });

  it('write nothing about a digest that another has by now', async () => {
    const person = await subscribed();
    await table.publishLesson();
    mailServer.onMessage = async () => {
      await table.rows('UPDATE digest SET lease = $2 WHERE person_id = $1', [person.personId, STOLEN]);
    };
    const before = await table.digestOf(person);
    await sendTo(person);
    const after = await table.digestOf(person);
    expect(after.lease).toBe(STOLEN);
    expect(after.position).toBe(before.position);
  });

  it('take back what was stopped while it was being sent', async () => {
    const person = await subscribed();
    await table.publishLesson();
    mailServer.onMessage = async () => {
      await setDigest(person, { frequency: 'NONE' });
    };
    expect(await sendTo(person)).toHaveLength(1);
    expect(await table.digestOf(person)).toMatchObject({ frequency: 'NONE', next_at: null, sending_position: null });
  });
});

describe('a mail server', () => {
  it('that was down gets it when it is up again, once', async () => {
    const person = await subscribed();
    await table.publishLesson({ title: 'Patience' });
    await mailServer.stop();
    expect(await sendTo(person)).toEqual([]);
    const failed = await table.digestOf(person);
    expect(failed).toMatchObject({ failures: 1, refusals: 0, lease: null });
    expect(failed.next_at.getTime()).toBeGreaterThan(Date.now() + 30_000);
    expect(here.failures.join()).toContain('ESOCKET');
    await mailServer.start();
    expect(await sendTo(person)).toHaveLength(1);
    expect(await table.digestOf(person)).toMatchObject({ failures: 0, sending_position: null });
    expect(await sendTo(person)).toHaveLength(1);
  });

  it('that hangs delays nobody for longer than a mail may take', async () => {
    const person = await subscribed();
    await table.publishLesson();
    const impatient = await openWorker(server, mailServer, 300);
    mailServer.onMessage = () => new Promise(() => undefined);
    await table.makeDue(person);
    await impatient.worker.run();
    await impatient.close();
    expect(await table.digestOf(person)).toMatchObject({ failures: 1, lease: null });
    mailServer.onMessage = () => undefined;
    expect(await sendTo(person)).toHaveLength(1);
  });

  it('that says no for good is believed the third time, and the person is told', async () => {
    const [refused, fine] = [await subscribed(), await subscribed()];
    await table.publishLesson({ title: 'Kept for later' });
    mailServer.onRecipient = (address) => {
      if (address === refused.email) throw smtpError(550, `<${address}>: no such mailbox`);
    };
    await table.makeDue(refused, fine);
    await here.worker.run();
    expect(mailServer.to(fine.email)).toHaveLength(1);
    expect(await table.digestOf(refused)).toMatchObject({ refusals: 1, paused_because: null });
    await sendTo(refused);
    await sendTo(refused);
    expect(await table.digestOf(refused)).toMatchObject({ paused_because: 'ADDRESS_REFUSED', next_at: null });
    const tried = mailServer.recipients.filter((address) => address === refused.email).length;
    await sendTo(refused);
    expect(mailServer.recipients.filter((address) => address === refused.email)).toHaveLength(tried);
    expect(here.failures.join()).not.toContain(refused.email);

    mailServer.onRecipient = () => undefined;
    const { data } = await setDigest(refused);
    expect(data.setDigest.digest).toMatchObject({ pausedBecause: null, nextAt: expect.any(String) });
    const [mail] = await sendTo(refused);
    expect(mail!.text).toContain('Kept for later');
  });

  it('that has no room for now is tried again, and not given up', async () => {
    const person = await subscribed();
    await table.publishLesson();
    mailServer.onRecipient = () => {
      throw smtpError(452, 'full');
    };
    for (let count = 1; count <= 5; count++) {
      await sendTo(person);
      expect(await table.digestOf(person)).toMatchObject({ failures: count, refusals: 0, paused_because: null });
    }
    mailServer.onRecipient = () => undefined;
    expect(await sendTo(person)).toHaveLength(1);
  });

  it.each(['LOST', 'TAKEN'] as const)(
    'that falls silent over a message, which is %s, gets the same again',
    async (cut) => {
      const person = await subscribed();
      await table.publishLesson();
      mailServer.cut = cut;
      await sendTo(person);
      mailServer.cut = undefined;
      await table.publishLesson();
      const mails = await sendTo(person);
      expect(mails).toHaveLength(cut === 'LOST' ? 1 : 2);
      expect(new Set(mails.map(({ messageId }) => messageId)).size).toBe(1);
      expect(new Set(mails.map(({ text }) => text)).size).toBe(1);
    },
  );
});

describe('a process that stops', () => {
  it('finishes the mail it is at', async () => {
    const person = await subscribed();
    await table.publishLesson();
    let finish!: () => void;
    const begun = new Promise<void>((begin) => {
      mailServer.onMessage = () => {
        begin();
        return new Promise((resolve) => (finish = resolve));
      };
    });
    await table.makeDue(person);
    const run = here.worker.run();
    await begun;
    const stopped = here.worker.stop();
    finish();
    await Promise.all([run, stopped]);
    expect(mailServer.to(person.email)).toHaveLength(1);
    expect(await table.digestOf(person)).toMatchObject({ failures: 0, lease: null, sending_position: null });
  });
});
