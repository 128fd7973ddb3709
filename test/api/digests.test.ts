/** Asking for digests by e-mail, agreeing to them and stopping them. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DigestTable, followEverything, MAIL_FROM, setDigest } from '../helpers/digests.js';
import { MailServer, type ReceivedMail, smtpError } from '../helpers/mail-server.js';
import { memberOf, organisationKey, type TestPerson } from '../helpers/people.js';
import { libraryId } from '../helpers/records.js';
import { startTestServer, type TestServer } from '../helpers/server.js';
import { until } from '../helpers/until.js';

let mailServer: MailServer;
let server: TestServer;
let table: DigestTable;
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

const DIGEST = `query ($organisationId: ID) { digest(organisationId: $organisationId) {
  frequency language isConfirmed pausedBecause nextAt organisation { id } } }`;

const digestOf = async ({ query }: TestPerson, organisationId: string | null = null) =>
  (await query(DIGEST, { organisationId })).data.digest;

/** The mails to somebody, when there are as many. */
async function mailsTo({ email }: TestPerson, count: number): Promise<ReceivedMail[]> {
  await until(() => expect(mailServer.to(email)).toHaveLength(count));
  return mailServer.to(email);
}

const linkIn = (mail: ReceivedMail, path: string): string => new RegExp(`http\\S+${path}\\?\\S+`).exec(mail.text!)![0];

/** Somebody who asked for a digest, and the link that came by mail. */
async function asked(input: object = {}): Promise<{ person: TestPerson; link: string }> {
  const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
  const { data } = await setDigest(person, input);
  expect(data.setDigest.errors).toEqual([]);
  const [mail] = await mailsTo(person, 1);
  return { person, link: linkIn(mail!, '/digests/confirm') };
}

/** As a browser sends the form. */
const press = (link: string) =>
  fetch(link, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' });

/** As a mailbox does it, RFC 8058. */
const oneClick = (link: string) =>
  fetch(link, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: 'List-Unsubscribe=One-Click',
  });

describe('asking', () => {
  it('asks the address first', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    expect(await digestOf(person)).toBeNull();
    const { data } = await setDigest(person, { frequency: 'WEEKLY', language: 'DA' });
    expect(data.setDigest).toEqual({
      digest: {
        id: expect.any(String),
        frequency: 'WEEKLY',
        language: 'DA',
        isConfirmed: false,
        pausedBecause: null,
        nextAt: null,
        organisation: null,
      },
      errors: [],
    });
    const [mail] = await mailsTo(person, 1);
    expect(mail!.subject).toBe('Medspil: er det dig, der har bedt om mails?');
    expect(mail!.html).toContain('<html lang="da">');
    // Not even a name: anybody could have given this address.
    expect(mail!.raw).not.toContain(person.name);
  });

  it('asks nobody whose address is known to be theirs', async () => {
    const person = await table.subscriber(aarhus);
    expect(await digestOf(person)).toMatchObject({ isConfirmed: true, nextAt: expect.any(String) });
    expect(await table.rows('SELECT FROM digest_confirmation WHERE person_id = $1', [person.personId])).toEqual([]);
  });

  it('asks an address once an hour, on behalf of whomever', async () => {
    const { person } = await asked();
    const other = await memberOf(server, aarhus, 'CONTRIBUTOR');
    await other.query('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }', {
      input: { email: person.email },
    });
    await setDigest(person, { frequency: 'WEEKLY' });
    await setDigest(person, { language: 'DA' });
    await setDigest(other);
    // Comes after them, so that these are through by then.
    await asked();
    expect(mailServer.to(person.email)).toHaveLength(1);
    await table.rows(`UPDATE digest_confirmation SET sent_at = sent_at - interval '61 minutes' WHERE person_id = $1`, [
      person.personId,
    ]);
    await setDigest(person);
    await mailsTo(person, 2);
  });

  it('asks another address of the same person when the hour is over', async () => {
    const { person } = await asked();
    const profile = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }';
    const email = `moved-${person.email}`;
    await person.query(profile, { input: { email } });
    await setDigest(person);
    const [waiting] = await table.rows(
      `SELECT next_at - sent_at >= interval '1 hour' AS later, token_hash FROM digest_confirmation WHERE person_id = $1`,
      [person.personId],
    );
    expect(waiting).toEqual({ later: true, token_hash: null });
  });

  it('is refused without an address, and for what is no person', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    await table.rows('UPDATE person SET email = NULL WHERE id = $1', [person.personId]);
    const { data } = await setDigest(person);
    expect(data.setDigest).toMatchObject({ digest: null, errors: [{ code: 'REQUIRED', path: ['frequency'] }] });
    const key = await organisationKey(server, aarhus);
    const system = { query: (query: string, variables?: object) => server.as(key, query, variables) };
    for (const sender of [system, { query: server.admin }]) {
      const { errors } = await setDigest(sender, { organisationId: aarhus });
      expect(errors![0]!.extensions.code).toBe('FORBIDDEN');
    }
  });

  it('is refused where no mail is sent; ending is not', async () => {
    const quiet = await server.sibling({ SMTP_URL: '', MAIL_FROM: '' });
    const { key } = await memberOf(server, aarhus, 'CONTRIBUTOR');
    const person = { query: (query: string, variables?: object) => quiet.as(key, query, variables) };
    const { data } = await setDigest(person);
    expect(data.setDigest.errors).toMatchObject([
      { code: 'INVALID', message: expect.stringContaining('sends no mail') },
    ]);
    expect((await setDigest(person, { frequency: 'NONE' })).data.setDigest).toMatchObject({
      digest: { frequency: 'NONE', nextAt: null },
      errors: [],
    });
    await quiet.close();
  });

  it('is for one’s own inbox and those of one’s organisations', async () => {
    const copenhagen = await libraryId(server, 'DK-710100');
    const person = await table.subscriber(aarhus);
    expect((await setDigest(person, { organisationId: copenhagen })).errors![0]!.extensions.code).toBe('FORBIDDEN');
    await setDigest(person, { organisationId: aarhus, frequency: 'WEEKLY' });
    expect(await digestOf(person, aarhus)).toMatchObject({ frequency: 'WEEKLY', organisation: { id: aarhus } });
    expect(await digestOf(person)).toMatchObject({ frequency: 'DAILY', organisation: null });
    const { data, errors } = await person.query(DIGEST, { organisationId: copenhagen });
    expect([data?.digest ?? null, errors![0]!.extensions.code]).toEqual([null, 'FORBIDDEN']);
  });

  it('stands in the audit log, without the address', async () => {
    const { person } = await asked();
    const entries = await table.rows(
      `SELECT details FROM audit_log WHERE person_id = $1 AND action = 'inbox.use-own'`,
      [person.personId],
    );
    expect(entries).toEqual([{ details: { digest: 'DAILY', language: 'EN' } }]);
  });

  it('tells the person when the address is none', async () => {
    const person = await memberOf(server, aarhus, 'CONTRIBUTOR');
    mailServer.onRecipient = (address) => {
      if (address === person.email) throw smtpError(550, 'no such address');
    };
    await setDigest(person);
    await until(async () => {
      expect(await digestOf(person)).toMatchObject({ pausedBecause: 'ADDRESS_REFUSED', nextAt: null });
    });
    mailServer.onRecipient = () => undefined;
    await setDigest(person);
    expect(await digestOf(person)).toMatchObject({ pausedBecause: null });
    // Not at once: who says no is asked again after an hour at the earliest, too.
    const [row] = await table.rows(
      `UPDATE digest_confirmation SET sent_at = sent_at - interval '1 hour', next_at = next_at - interval '1 hour'
        WHERE person_id = $1 RETURNING next_at = sent_at + interval '1 hour' AS waits`,
      [person.personId],
    );
    expect(row).toEqual({ waits: true });
    await setDigest(person);
    await mailsTo(person, 1);
  });
});

describe('agreeing', () => {
  it('takes a button: opening the link changes nothing', async () => {
    const { person, link } = await asked({ language: 'DA' });
    for (const method of ['GET', 'HEAD', 'GET']) {
      const response = await fetch(link, { method });
      expect(response.status).toBe(200);
      if (method === 'GET') expect(await response.text()).toMatch(/<html lang="da">[^]*<form method="post"><button>/);
    }
    expect(await digestOf(person)).toMatchObject({ isConfirmed: false, nextAt: null });
    const pressed = await press(link);
    expect([pressed.status, await pressed.text()]).toEqual([200, expect.stringContaining('<p>Tak.')]);
    expect(await digestOf(person)).toMatchObject({ isConfirmed: true, nextAt: expect.any(String) });
    // Once more, as when the answer was lost.
    expect(await (await press(link)).text()).toContain('<p>Tak.');
    const confirmed = await table.rows(
      `SELECT details FROM audit_log WHERE person_id = $1 AND details ? 'addressConfirmed'`,
      [person.personId],
    );
    expect(confirmed).toHaveLength(1);
  });

  it('says nothing about the address elsewhere', async () => {
    const { person, link } = await asked();
    await press(link);
    expect(await table.rows('SELECT email_confirmed FROM person WHERE id = $1', [person.personId])).toEqual([
      { email_confirmed: false },
    ]);
  });

  it('is over after three days', async () => {
    const { person, link } = await asked();
    await table.rows('UPDATE digest_confirmation SET expires_at = now() WHERE person_id = $1', [person.personId]);
    expect(await (await press(link)).text()).toContain('no longer good');
    expect(await digestOf(person)).toMatchObject({ isConfirmed: false });
  });

  it('is for the address that was asked', async () => {
    const { person, link } = await asked();
    await person.query('mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { errors { code } } }', {
      input: { email: 'somebody-else@example.org' },
    });
    expect(await (await press(link)).text()).toContain('no longer good');
    expect(await digestOf(person)).toMatchObject({ isConfirmed: false });
  });

  it('keeps no token', async () => {
    const { link } = await asked();
    const token = new URL(link).searchParams.get('token')!;
    const rows = await table.rows('SELECT digest_confirmation::text AS row FROM digest_confirmation');
    for (const { row } of rows) {
      expect(row).not.toContain(token);
      expect(row).not.toContain(Buffer.from(token, 'base64url').toString('hex'));
    }
  });
});

describe('stopping', () => {
  /** Somebody with a digest, and the link that its mails have. */
  async function subscribed() {
    const person = await table.subscriber(aarhus);
    const { unsubscribe_token: token } = await table.digestOf(person);
    return { person, link: `${server.url}/digests/unsubscribe?token=${token.toString('base64url')}&language=en` };
  }

  it('is one request without a sign-in, and may come again', async () => {
    const { person, link } = await subscribed();
    for (const _again of [1, 2]) {
      const response = await oneClick(link);
      expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('You get no more')]);
      expect(await digestOf(person)).toMatchObject({ frequency: 'NONE', nextAt: null });
    }
    const entries = await table.rows(`SELECT details FROM audit_log WHERE person_id = $1 AND details ? 'by'`, [
      person.personId,
    ]);
    expect(entries).toEqual([{ details: { digest: 'NONE', by: 'LINK' } }]);
  });

  it('works as a form with parts, which RFC 8058 has as well', async () => {
    const { person, link } = await subscribed();
    const form = new FormData();
    form.set('List-Unsubscribe', 'One-Click');
    expect((await fetch(link, { method: 'POST', body: form })).status).toBe(200);
    expect(await digestOf(person)).toMatchObject({ frequency: 'NONE' });
  });

  it('takes more than to open the link', async () => {
    const { person, link } = await subscribed();
    expect(await (await fetch(link)).text()).toContain('<form method="post">');
    expect(await digestOf(person)).toMatchObject({ frequency: 'DAILY' });
  });

  it('answers the same for a link that nobody has', async () => {
    const { link } = await subscribed();
    const pages = async (address: string) => [
      await (await fetch(address)).text(),
      await (await oneClick(address)).text(),
    ];
    const unknown = Buffer.alloc(32).toString('base64url');
    expect(await pages(`${server.url}/digests/unsubscribe?token=${unknown}&language=en`)).toEqual(await pages(link));
    for (const query of ['', '?token=', '?token=%00', `?token=${'a'.repeat(5_000)}`]) {
      expect((await oneClick(`${server.url}/digests/unsubscribe${query}`)).status).toBe(200);
    }
  });

  it('keeps the link good when the digest is asked for again, which begins anew', async () => {
    const { person, link } = await subscribed();
    await oneClick(link);
    await table.publishLesson({ title: 'In between' });
    await setDigest(person);
    const [{ position }] = await table.rows('SELECT position::integer FROM inbox_reader');
    expect(Number((await table.digestOf(person)).position)).toBe(position);
    await oneClick(link);
    expect(await digestOf(person)).toMatchObject({ frequency: 'NONE' });
  });
});

describe('the pages', () => {
  it.each(['confirm', 'unsubscribe'])('/digests/%s loads nothing, runs nothing and is kept by nobody', async (name) => {
    const response = await fetch(`${server.url}/digests/${name}?token=x&language=en`);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    );
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('referrer-policy')).toBe('no-referrer');
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(await response.text()).not.toMatch(/<(script|style|link|img)|style=| on\w+=/);
  });

  it('show nothing of what the address says', async () => {
    const query = `token=${encodeURIComponent('"><b>x')}&language=${encodeURIComponent('"><b>x')}`;
    for (const method of ['GET', 'POST']) {
      const response = await fetch(`${server.url}/digests/unsubscribe?${query}`, { method });
      expect(await response.text()).not.toContain('<b>');
    }
  });

  it('take a form, and nothing else', async () => {
    const post = (type: string, body: string) =>
      fetch(`${server.url}/digests/unsubscribe?token=x`, { method: 'POST', headers: { 'content-type': type }, body });
    expect((await post('application/json', '{}')).status).toBe(415);
    expect((await post('application/x-www-form-urlencoded', 'a'.repeat(5_000))).status).toBe(413);
    const graphql = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: 'query={__typename}',
    });
    expect(graphql.status).toBe(415);
  });

  it('cost points of the address', async () => {
    const rationed = await server.sibling({ RATE_LIMIT_ADDRESS: '1000/1' });
    const link = `${rationed.url}/digests/unsubscribe?token=x`;
    expect((await oneClick(link)).status).toBe(200);
    // Under pressure they come to an end earlier.
    let last = await oneClick(link);
    for (let count = 2; last.status === 200 && count <= 20; count++) last = await oneClick(link);
    await rationed.close();
    expect(last.status).toBe(429);
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
  });
});

describe('what is kept of a person', () => {
  it('has the digests, and is forgotten with the person', async () => {
    const { person, link } = await asked();
    await followEverything(person);
    await setDigest(person, { organisationId: aarhus });
    const { data } = await person.query('{ personalData }');
    expect(data.personalData.digests).toMatchObject([
      { organisationId: null, frequency: 'DAILY' },
      { organisationId: aarhus, frequency: 'DAILY' },
    ]);
    expect(data.personalData.digestConfirmations).toMatchObject([{ address: person.email, confirmedAt: null }]);
    const { data: erased } = await person.query(
      'mutation ($input: ErasePersonInput!) { erasePerson(input: $input) { erased errors { code message } } }',
      { input: { personId: person.personId } },
    );
    expect(erased.erasePerson).toEqual({ erased: true, errors: [] });
    for (const name of ['digest', 'digest_confirmation']) {
      expect(await table.rows(`SELECT FROM ${name} WHERE person_id = $1`, [person.personId])).toEqual([]);
    }
    expect(await (await press(link)).text()).toContain('no longer good');
  });
});
