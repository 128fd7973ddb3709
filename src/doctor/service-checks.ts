/** What a server needs of others: its public address, mail, the issuer of tokens, the receiver of traces. */
import { access, constants } from 'node:fs/promises';
import net from 'node:net';
import type { Config } from '../config.js';
import { Mailer } from '../modules/digests/mailer.js';
import { checkIssuer } from '../platform/auth/token-keys.js';
import { codeOf, Report } from './finding.js';

const ANSWER_MILLISECONDS = 5_000;

/** Whether clients that use PUBLIC_URL come to a server of ours. */
export async function checkPublicUrl({ publicUrl, host }: Pick<Config, 'publicUrl' | 'host'>): Promise<Report> {
  const report = new Report('public address');
  if (publicUrl === undefined) {
    const message = 'PUBLIC_URL is not set: links in feeds and mails name the address that the server listens on.';
    if (/^(127\.|localhost$|::1$)/.test(host)) report.ok(message);
    else report.warning(message, 'Set PUBLIC_URL to where clients reach the server.');
    return report;
  }
  const advice = 'Start the server and what stands before it, and compare PUBLIC_URL with where that listens.';
  try {
    const signal = AbortSignal.timeout(ANSWER_MILLISECONDS);
    const response = await fetch(`${publicUrl}/healthz`, { signal, redirect: 'manual' });
    const body = await response.text();
    if (response.status === 200 && /"status":\s*"live"/.test(body)) report.ok(`A server answers at ${publicUrl}.`);
    else report.failed(`What answers at ${publicUrl} is no server of Medspil (status ${response.status}).`, advice);
  } catch (error) {
    report.failed(`Nothing answers at ${publicUrl} (${codeOf(error)}).`, advice);
  }
  return report;
}

/** Connects, encrypts and signs in as for a mail, and sends none. */
export async function checkMail({ smtpUrl, mailFrom }: Pick<Config, 'smtpUrl' | 'mailFrom'>): Promise<Report> {
  const report = new Report('mail');
  if (smtpUrl === undefined || mailFrom === undefined) {
    report.ok('SMTP_URL is not set: no mail is sent.');
    return report;
  }
  const { hostname, port } = new URL(smtpUrl);
  const where = port === '' ? hostname : `${hostname}:${port}`;
  const options = { smtpUrl, from: mailFrom, sendMilliseconds: ANSWER_MILLISECONDS, onError: () => undefined };
  const mailer = new Mailer(options);
  try {
    await mailer.verify();
    report.ok(`${where} takes connections, and mail of this server.`);
  } catch (error) {
    const code = codeOf(error);
    report.failed(
      `${where} does not take mail of this server (${code}).`,
      MAIL_ADVICE[code] ?? MAIL_ADVICE['ESOCKET']!,
    );
  } finally {
    mailer.close();
  }
  return report;
}

const MAIL_ADVICE: Readonly<Record<string, string>> = {
  EAUTH: 'Compare user and password in SMTP_URL with those at the mail server.',
  ETLS: 'Encryption failed: with a password it is asked for. Compare port and protocol in SMTP_URL (smtp with 587, smtps with 465).',
  EDNS: 'Compare the host in SMTP_URL.',
  ESOCKET:
    'Compare host, port and protocol in SMTP_URL (smtp with 587, smtps with 465), and look whether a firewall is between.',
};

/** Whether the issuer of tokens can be asked for its keys. */
export async function checkTokenIssuer({ oidc }: Pick<Config, 'oidc'>): Promise<Report> {
  const report = new Report('issuer of tokens');
  if (oidc === undefined) {
    report.ok('OIDC_ISSUER is not set: there are only keys.');
    return report;
  }
  try {
    report.ok(`${oidc.issuer} has ${await checkIssuer(oidc.issuer)} keys.`);
  } catch (error) {
    const advice =
      'Compare OIDC_ISSUER with the "issuer" in its .well-known/openid-configuration, and look whether it is up.';
    report.failed((error as Error).message, advice);
  }
  return report;
}

/** Whether something listens where traces are to be sent; nothing is sent. */
export async function checkTraceReceiver({ traceEndpoint }: Pick<Config, 'traceEndpoint'>): Promise<Report> {
  const report = new Report('traces');
  if (traceEndpoint === undefined) {
    report.ok('OTEL_EXPORTER_OTLP_ENDPOINT is not set: none are sent.');
    return report;
  }
  const { hostname, port, protocol } = new URL(traceEndpoint);
  const number = Number(port || (protocol === 'https:' ? 443 : 80));
  const code = await whyNotConnect(hostname.replace(/^\[(.*)\]$/, '$1'), number);
  if (code === undefined) report.ok(`Something listens at ${hostname}:${number}.`);
  else {
    const advice = 'Compare OTEL_EXPORTER_OTLP_ENDPOINT. The server runs without its traces being kept.';
    report.warning(`Nothing takes traces at ${hostname}:${number} (${code}).`, advice);
  }
  return report;
}

function whyNotConnect(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: ANSWER_MILLISECONDS });
    const end = (code?: string) => {
      socket.destroy();
      resolve(code);
    };
    socket.once('connect', () => end());
    socket.once('timeout', () => end('ETIMEDOUT'));
    socket.once('error', (error) => end(codeOf(error)));
  });
}

/** Whether the file of documents known by id is there. */
export async function checkTrustedDocuments({
  trustedDocuments,
}: Pick<Config, 'trustedDocuments'>): Promise<Report | undefined> {
  if (trustedDocuments === undefined) return undefined;
  const report = new Report('trusted documents');
  try {
    await access(trustedDocuments, constants.R_OK);
    report.ok(`${trustedDocuments} can be read.`);
  } catch (error) {
    report.failed(`${trustedDocuments} cannot be read (${codeOf(error)}).`, 'Compare TRUSTED_DOCUMENTS.');
  }
  return report;
}
