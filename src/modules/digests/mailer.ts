/** The operator's mail server, to which every mail of this server is handed. */
import { createTransport, type Transporter } from 'nodemailer';
import { isEmailAddress } from '../people/email-address.js';

export interface Mail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Without angle brackets. Two sendings of the same message have the same. */
  readonly id: string;
  /** In ASCII without line breaks. */
  readonly headers: Readonly<Record<string, string>>;
}

/** What became of a mail. */
export type MailOutcome =
  | 'TAKEN'
  /** For good: there is no such address, or it is none. */
  | 'ADDRESS_REFUSED'
  /** For good: this message is not wanted. */
  | 'MESSAGE_REFUSED'
  /** Not now, and certainly not taken. */
  | 'FAILED'
  /** It was cut off, so that it may have been taken. */
  | 'UNKNOWN';

/** A mail that was not taken. It says where it failed and not why in the server's words, in which the address stands. */
export class MailError extends Error {
  override name = 'MailError';
}

export interface MailerOptions {
  /** `smtp:` or `smtps:`, with what nodemailer understands as parameters. */
  readonly smtpUrl: string;
  /** An address, or a name with an address in angle brackets. */
  readonly from: string;
  /** For one mail, from the connection to the answer; half a minute unless told. */
  readonly sendMilliseconds?: number;
  /** Hears why a mail was not taken. */
  readonly onError: (error: MailError) => void;
}

export const SEND_MILLISECONDS = 30_000;
/** Lines of an answer that say no for good, RFC 5321, section 4.2.1. */
const PERMANENT = 500;

/** What nodemailer's errors have besides their message. */
interface TransportError {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
  readonly syscall?: string;
}

export class Mailer {
  private readonly transport: Transporter;
  private readonly options: MailerOptions;
  private readonly sending = new Set<AbortController>();
  private isClosed = false;

  constructor(options: MailerOptions) {
    this.options = options;
    const { smtpUrl, sendMilliseconds = SEND_MILLISECONDS } = options;
    this.transport = createTransport({
      url: smtpUrl,
      requireTLS: needsEncryption(smtpUrl),
      connectionTimeout: sendMilliseconds,
      greetingTimeout: sendMilliseconds,
      socketTimeout: sendMilliseconds,
      disableFileAccess: true,
      disableUrlAccess: true,
    });
  }

  /** Of the address that mail is from. */
  get domain(): string {
    return this.options.from.replace(/^.*@|>$/g, '');
  }

  /** Hands a mail over, within a time. Never throws. */
  async send({ to, id, headers, subject, text, html }: Mail): Promise<MailOutcome> {
    const { from, sendMilliseconds = SEND_MILLISECONDS } = this.options;
    if (!isEmailAddress(to)) return 'ADDRESS_REFUSED';
    if (this.isClosed) return 'FAILED';
    const cut = new AbortController();
    const timer = setTimeout(() => cut.abort(), sendMilliseconds);
    this.sending.add(cut);
    try {
      await this.transport.sendMail({
        from,
        // As a structure: nothing in it is read as another name or another address.
        to: { name: '', address: to },
        subject,
        text,
        html,
        messageId: `<${id}>`,
        headers: { ...headers },
        signal: cut.signal,
      });
      return 'TAKEN';
    } catch (error) {
      const failure = error as TransportError;
      const { code, command, responseCode } = failure;
      const parts = [code, command?.split(' ').slice(0, 2).join(' '), responseCode].filter(
        (part) => part !== undefined,
      );
      this.options.onError(new MailError(`it failed (${parts.join(', ')})`));
      return outcomeOf(failure);
    } finally {
      clearTimeout(timer);
      this.sending.delete(cut);
    }
  }

  /** Connects and signs in as for a mail, and sends none; rejects with the transport's error. */
  async verify(): Promise<void> {
    await this.transport.verify();
  }

  /** Cuts off what is being sent; nothing is sent after it. */
  close(): void {
    this.isClosed = true;
    for (const cut of this.sending) cut.abort();
    this.transport.close();
  }
}

/** A password goes over no open wire; parameters of the URL can say otherwise. */
function needsEncryption(smtpUrl: string): boolean {
  const { protocol, hostname, password } = new URL(smtpUrl);
  return protocol === 'smtp:' && password !== '' && !/^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

/** Errors from before the first byte of a message is sent. */
const BEFORE_THE_MESSAGE: readonly (string | undefined)[] = ['EAUTH', 'EDNS', 'EENVELOPE', 'ENOAUTH', 'ETLS'];

function outcomeOf({ code, command, responseCode, syscall }: TransportError): MailOutcome {
  if (responseCode !== undefined && responseCode >= PERMANENT) {
    if (command === 'RCPT TO') return 'ADDRESS_REFUSED';
    if (command === 'DATA') return 'MESSAGE_REFUSED';
  }
  const wasAnswered = responseCode !== undefined;
  return wasAnswered || syscall === 'connect' || BEFORE_THE_MESSAGE.includes(code) ? 'FAILED' : 'UNKNOWN';
}
