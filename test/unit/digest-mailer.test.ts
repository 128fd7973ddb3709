/** Handing mails to a mail server, whatever that does. */
import net from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { type Mail, Mailer, type MailError, type MailerOptions } from '../../src/modules/digests/mailer.js';
import { MailServer, smtpError } from '../helpers/mail-server.js';

const MAIL: Mail = {
  to: 'somebody@example.org',
  subject: 'A subject',
  text: 'Some text\n',
  html: '<p>Some text</p>',
  id: 'digest.1.2@example.net',
  headers: { 'Auto-Submitted': 'auto-generated' },
};

const open: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

async function startServer(options?: ConstructorParameters<typeof MailServer>[0]): Promise<MailServer> {
  const server = new MailServer(options);
  await server.start();
  open.unshift(() => server.stop());
  return server;
}

function mailerTo(smtpUrl: string, options: Partial<MailerOptions> = {}): Mailer & { readonly errors: string[] } {
  const errors: string[] = [];
  const onError = ({ message }: MailError) => errors.push(message);
  const mailer = new Mailer({ smtpUrl, from: 'Medspil <medspil@example.net>', onError, ...options });
  open.unshift(() => mailer.close());
  return Object.assign(mailer, { errors });
}

describe('a mail', () => {
  it('is handed over whole', async () => {
    const server = await startServer();
    expect(await mailerTo(server.url).send(MAIL)).toBe('TAKEN');
    const [mail] = server.mails;
    expect(server.mails).toHaveLength(1);
    expect(mail).toMatchObject({
      recipient: 'somebody@example.org',
      subject: 'A subject',
      text: 'Some text\n',
      messageId: '<digest.1.2@example.net>',
    });
    expect(mail!.from!.value).toEqual([{ name: 'Medspil', address: 'medspil@example.net' }]);
    expect(mail!.headers.get('auto-submitted')).toBe('auto-generated');
    expect(Math.abs(mail!.date!.getTime() - Date.now())).toBeLessThan(60_000);
    expect(mail!.raw).toContain('multipart/alternative');
  });

  it('goes to one address, and to nothing that is none', async () => {
    const server = await startServer();
    const mailer = mailerTo(server.url);
    for (const to of [
      'a@example.org, b@example.org',
      'a@example.org\r\nBcc: b@example.org',
      'b@example.org> <a@example.org',
    ]) {
      expect(await mailer.send({ ...MAIL, to })).toBe('ADDRESS_REFUSED');
    }
    expect(server.recipients).toEqual([]);
    expect(await mailer.send({ ...MAIL, to: 'søren@blåbær.example' })).not.toBe('ADDRESS_REFUSED');
  });

  it('has no other headers than its own, whatever its subject', async () => {
    const server = await startServer();
    await mailerTo(server.url).send({ ...MAIL, subject: 'A\r\nBcc: b@example.org\r\n\r\nbody' });
    expect(server.recipients).toEqual(['somebody@example.org']);
    expect(server.mails[0]!.headers.has('bcc')).toBe(false);
    expect(server.mails[0]!.text).toBe('Some text\n');
  });
});

describe('a mail server that does not take it', () => {
  it('is not there', async () => {
    const server = await startServer();
    const mailer = mailerTo(server.url);
    await server.stop();
    expect(await mailer.send(MAIL)).toBe('FAILED');
    await server.start();
    expect(await mailer.send(MAIL)).toBe('TAKEN');
  });

  it.each([
    ['does not know the address', 550, 'ADDRESS_REFUSED'],
    ['has no room for now', 452, 'FAILED'],
  ])('%s', async (_what, code, outcome) => {
    const server = await startServer();
    server.onRecipient = (address) => {
      throw smtpError(code, `<${address}> no`);
    };
    const mailer = mailerTo(server.url);
    expect(await mailer.send(MAIL)).toBe(outcome);
    // The server's words have the address in them.
    expect(mailer.errors.join()).toContain(String(code));
    expect(mailer.errors.join()).not.toContain('example.org');
  });

  it.each([
    ['does not want the message', 554, 'MESSAGE_REFUSED'],
    ['does not want it for now', 451, 'FAILED'],
  ])('%s', async (_what, code, outcome) => {
    const server = await startServer();
    server.onMessage = () => {
      throw smtpError(code, 'no');
    };
    expect(await mailerTo(server.url).send(MAIL)).toBe(outcome);
  });

  it.each(['LOST', 'TAKEN'] as const)('cuts the connection after the message, which is %s', async (cut) => {
    const server = await startServer();
    server.cut = cut;
    expect(await mailerTo(server.url).send(MAIL)).toBe('UNKNOWN');
    expect(server.mails).toHaveLength(cut === 'TAKEN' ? 1 : 0);
  });

  it('does not answer', async () => {
    const sockets = new Set<net.Socket>();
    const silent = net.createServer((socket) => sockets.add(socket));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    open.unshift(async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => silent.close(resolve));
    });
    const url = `smtp://127.0.0.1:${(silent.address() as net.AddressInfo).port}`;
    expect(await mailerTo(url, { sendMilliseconds: 200 }).send(MAIL)).toBe('UNKNOWN');
  });

  it('says something every moment, and never what is wanted', async () => {
    const trickling = net.createServer((socket) => {
      const timer = setInterval(() => socket.write('220-wait\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
      socket.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => trickling.listen(0, '127.0.0.1', resolve));
    open.unshift(() => new Promise<void>((resolve) => void trickling.close(() => resolve())));
    const url = `smtp://127.0.0.1:${(trickling.address() as net.AddressInfo).port}`;
    expect(await mailerTo(url, { sendMilliseconds: 300 }).send(MAIL)).toBe('UNKNOWN');
  });

  it('takes its time while this one stops', async () => {
    const server = await startServer();
    const begun = new Promise<void>((resolve) => {
      server.onMessage = () => {
        resolve();
        return new Promise(() => undefined);
      };
    });
    const mailer = mailerTo(server.url);
    const sent = mailer.send(MAIL);
    await begun;
    mailer.close();
    expect(await sent).toBe('UNKNOWN');
    expect(await mailer.send(MAIL)).toBe('FAILED');
  });
});

describe('a password', () => {
  const withPassword = async (password: string, options: object = {}) => {
    const tried: string[] = [];
    const server = await startServer({
      disabledCommands: [],
      authOptional: false,
      ...options,
      onAuth: ({ password: given }, _session, callback) => {
        tried.push(given!);
        if (given === 'right') callback(null, { user: 'medspil' });
        else callback(smtpError(535, 'wrong'));
      },
    });
    return { server, tried, url: server.url.replace('smtp://', `smtp://medspil:${password}@`) };
  };

  it('opens the server', async () => {
    const { url, tried } = await withPassword('right', { allowInsecureAuth: true });
    expect(await mailerTo(url).send(MAIL)).toBe('TAKEN');
    expect(tried).toEqual(['right']);
  });

  it('does not, when it is wrong; and is not told', async () => {
    const { url } = await withPassword('a-wrong-one', { allowInsecureAuth: true });
    const mailer = mailerTo(url);
    expect(await mailer.send(MAIL)).toBe('FAILED');
    expect(mailer.errors.join()).toContain('EAUTH');
    expect(mailer.errors.join()).not.toContain('a-wrong-one');
  });

  it('goes over no open wire to another machine, unless told', async () => {
    const { url, tried } = await withPassword('right', { allowInsecureAuth: true, disabledCommands: ['STARTTLS'] });
    // The same machine by an address that does not look like it.
    const distant = url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    const mailer = mailerTo(distant);
    expect(await mailer.send(MAIL)).toBe('FAILED');
    expect(mailer.errors.join()).toContain('ETLS');
    expect(tried).toEqual([]);
    expect(await mailerTo(`${distant}?requireTLS=false`).send(MAIL)).toBe('TAKEN');
  });

  it('goes over a wire that becomes a secret one', async () => {
    const { url, tried } = await withPassword('right', { hideSTARTTLS: false });
    const distant = url.replace('127.0.0.1', '[::ffff:127.0.0.1]');
    const distrusting = mailerTo(distant);
    expect(await distrusting.send(MAIL)).not.toBe('TAKEN');
    expect(tried).toEqual([]);
    expect(await mailerTo(`${distant}?tls.rejectUnauthorized=false`).send(MAIL)).toBe('TAKEN');
    expect(tried).toEqual(['right']);
  });
});
