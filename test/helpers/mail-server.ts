/** A mail server in the test's process, which reads what it takes as a receiver's mailbox would. */
import type { AddressInfo } from 'node:net';
import { type ParsedMail, simpleParser } from 'mailparser';
import { SMTPServer, type SMTPServerOptions, type SMTPServerSession } from 'smtp-server';

export interface ReceivedMail extends ParsedMail {
  readonly recipient: string;
  readonly raw: string;
}

/** Called with each message; what it throws is the answer, and the message is not taken. */
type OnMessage = (session: SMTPServerSession) => Promise<void> | void;

export class MailServer {
  readonly mails: ReceivedMail[] = [];
  /** Addresses that were named as recipients, also of messages that came to nothing. */
  readonly recipients: string[] = [];
  /** What is asked of each recipient; throws to refuse. */
  onRecipient: (address: string) => void = () => undefined;
  onMessage: OnMessage = () => undefined;
  /** Cuts the connection as soon as a message has come whole, after it was taken or before. */
  cut: 'TAKEN' | 'LOST' | undefined;
  private server: SMTPServer | undefined;
  private port = 0;

  constructor(private readonly options: SMTPServerOptions = {}) {}

  get url(): string {
    return `smtp://127.0.0.1:${this.port}`;
  }

  /** Listens; on the same port as before when it did before. */
  async start(): Promise<void> {
    const server = new SMTPServer({
      disabledCommands: ['AUTH'],
      hideSTARTTLS: true,
      closeTimeout: 100,
      ...this.options,
      onRcptTo: ({ address }, _session, callback) => {
        this.recipients.push(address);
        try {
          this.onRecipient(address);
          callback();
        } catch (error) {
          callback(error as Error);
        }
      },
      onData: (stream, session, callback) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => void this.take(Buffer.concat(chunks), session).then(() => callback(), callback));
      },
    });
    // Clients that are cut off are part of some tests.
    server.on('error', () => undefined);
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server !== undefined) await new Promise<void>((resolve) => server.close(resolve));
  }

  /** Mails to an address, in the order in which they came. */
  to(address: string): ReceivedMail[] {
    return this.mails.filter(({ recipient }) => recipient === address);
  }

  private async take(bytes: Buffer, session: SMTPServerSession): Promise<void> {
    await this.onMessage(session);
    const { cut } = this;
    if (cut !== 'LOST') {
      const parsed = await simpleParser(bytes, { skipTextToHtml: true, skipHtmlToText: true });
      for (const { address } of session.envelope.rcptTo) {
        this.mails.push({ ...parsed, recipient: address, raw: bytes.toString('utf8') });
      }
    }
    if (cut === undefined) return;
    for (const connection of this.server!.connections as unknown as Set<{ _socket: { destroy(): void } }>) {
      connection._socket.destroy();
    }
    await new Promise(() => undefined);
  }
}

/** As a mail server says no, for good (5xx) or for now (4xx). */
export function smtpError(responseCode: number, message: string): Error {
  return Object.assign(new Error(message), { responseCode });
}
