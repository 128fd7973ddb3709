/** The environment, read once: the only place that looks at `process.env`. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import type { TokenIssuer } from './platform/auth/token-verifier.js';
import type { Rate } from './platform/limits/bucket.js';
import { parseUrl } from './common/url.js';

/** What the operator can set. Frozen; every part gets what it needs of it by its constructor. */
export interface Config {
  /** TCP port to listen on; 0 lets the system pick a free one. */
  readonly port: number;
  /** Address to listen on. */
  readonly host: string;
  /** A PostgreSQL 15 or later; `undefined` means the embedded one in {@link Config.dataDirectory}. */
  readonly databaseUrl: string | undefined;
  /** Absolute path of the folder that holds the embedded database and the admin key file. */
  readonly dataDirectory: string;
  /** The admin key given by the operator; `undefined` means the one kept in the data folder. */
  readonly adminApiKey: string | undefined;
  /** Whether the partnership cases and illustrations are put into the knowledge base at start. */
  readonly seed: boolean;
  readonly logLevel: LogLevel;
  /** Web origins besides the server's own whose pages may call it, e.g. `https://bibliotek.dk`; `*` for all. */
  readonly allowedOrigins: readonly string[];
  /** Addresses and networks (CIDR) of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies: readonly string[];
  /** What one address without a credential may use up. */
  readonly addressRate: Rate;
  /** What one credential may use up. */
  readonly credentialRate: Rate;
  /** Connections open at a time, of all clients and of one address. */
  readonly connections: number;
  readonly connectionsPerAddress: number;
  /** Time that one operation may take, in milliseconds. */
  readonly operationMilliseconds: number;
  /** Absolute path of a file of documents known by id; `undefined` for none. */
  readonly trustedDocuments: string | undefined;
  /** Whether nothing but these documents is run. */
  readonly trustedDocumentsOnly: boolean;
  /** Who signs the tokens of people; `undefined` when there are only keys. */
  readonly oidc: TokenIssuer | undefined;
  /** Days after which entries of the audit log are deleted; `undefined` keeps them. */
  readonly auditLogDays: number | undefined;
  /** Days after which entries of the knowledge log are deleted; `undefined` keeps them. */
  readonly knowledgeLogDays: number | undefined;
  /** Where clients reach the servers, without a slash at the end; `undefined` when that is the address listened on. */
  readonly publicUrl: string | undefined;
  /** The mail server, with its password; `undefined` when no mail is sent. */
  readonly smtpUrl: string | undefined;
  /** Whom mail is from; there whenever {@link Config.smtpUrl} is. */
  readonly mailFrom: string | undefined;
  /** Networks (CIDR) to which webhooks go although they are not public. */
  readonly webhookAllowedNetworks: readonly string[];
  /** Address of the licence under which the shared knowledge may be used. */
  readonly contentLicense: string;
  /** Who publishes it, by name. */
  readonly contentPublisher: string;
  /** Days between the snapshots of everything that are kept; `undefined` when the operator alone takes them. */
  readonly snapshotDays: number | undefined;
  /** How many of these are kept. */
  readonly snapshotsKept: number;
  /** Whether the server also speaks as a subgraph of an Apollo Federation 2 graph. */
  readonly federation: boolean;
  /** Where traces are sent by OTLP over HTTP; `undefined` when there are none. */
  readonly traceEndpoint: string | undefined;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A setting that cannot be used. The message names the variable and says what to write instead. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/**
 * Reads the configuration.
 *
 * @throws ConfigError when a variable holds a value that has no meaning.
 */
export function readConfig(environment: NodeJS.ProcessEnv = process.env): Config {
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const port = text('PORT') ?? '4000';
  if (!/^\d{1,5}$/.test(port) || Number(port) > 65535) {
    throw new ConfigError(`PORT is "${port}": write a whole number from 0 to 65535 (0 picks a free port).`);
  }
  const logLevel = text('LOG_LEVEL') ?? 'info';
  if (!isLogLevel(logLevel)) {
    throw new ConfigError(`LOG_LEVEL is "${logLevel}": write one of ${LOG_LEVELS.join(', ')}.`);
  }
  const databaseUrl = text('DATABASE_URL');
  if (databaseUrl !== undefined && !(/^postgres(ql)?:\/\//.test(databaseUrl) && parseUrl(databaseUrl) !== null)) {
    // Not repeated, for it may hold a password.
    throw new ConfigError(
      'DATABASE_URL is no PostgreSQL URL: write postgres://user:password@host:5432/database, ' +
        'with what is special in a URL percent-encoded (# as %23).',
    );
  }
  const adminApiKey = text('ADMIN_API_KEY');
  if (adminApiKey !== undefined && !/^[\x21-\x7e]{16,512}$/.test(adminApiKey)) {
    throw new ConfigError('ADMIN_API_KEY is too weak: write 16 to 512 printable ASCII characters without spaces.');
  }
  const trustedDocuments = text('TRUSTED_DOCUMENTS');
  return Object.freeze({
    port: Number(port),
    host: text('HOST') ?? '127.0.0.1',
    databaseUrl,
    dataDirectory: resolve(text('DATA_DIR') ?? '.data'),
    adminApiKey,
    seed: readSwitch('SEED', text('SEED') ?? 'true'),
    logLevel,
    allowedOrigins: list(text('ALLOWED_ORIGINS')).map(readOrigin),
    trustedProxies: list(text('TRUSTED_PROXIES')).map((value) => readNetwork('TRUSTED_PROXIES', value)),
    addressRate: readRate('RATE_LIMIT_ADDRESS', text('RATE_LIMIT_ADDRESS') ?? '100000/5000'),
    credentialRate: readRate('RATE_LIMIT_CREDENTIAL', text('RATE_LIMIT_CREDENTIAL') ?? '200000/10000'),
    connections: readNumber('CONNECTIONS', text('CONNECTIONS') ?? '20000'),
    connectionsPerAddress: readNumber('CONNECTIONS_PER_ADDRESS', text('CONNECTIONS_PER_ADDRESS') ?? '2500'),
    operationMilliseconds: readNumber('OPERATION_SECONDS', text('OPERATION_SECONDS') ?? '10', 300) * 1000,
    trustedDocuments: trustedDocuments === undefined ? undefined : resolve(trustedDocuments),
    trustedDocumentsOnly: readSwitch('TRUSTED_DOCUMENTS_ONLY', text('TRUSTED_DOCUMENTS_ONLY') ?? 'false'),
    oidc: readTokenIssuer(text),
    auditLogDays: optionalNumber('AUDIT_LOG_DAYS', text('AUDIT_LOG_DAYS')),
    knowledgeLogDays: optionalNumber('KNOWLEDGE_LOG_DAYS', text('KNOWLEDGE_LOG_DAYS')),
    publicUrl: readPublicUrl(text('PUBLIC_URL')),
    ...readMail(text),
    webhookAllowedNetworks: list(text('WEBHOOK_ALLOWED_NETWORKS')).map((value) =>
      readNetwork('WEBHOOK_ALLOWED_NETWORKS', value),
    ),
    contentLicense:
      readAddress('CONTENT_LICENSE', text('CONTENT_LICENSE')) ?? 'https://creativecommons.org/licenses/by/4.0/',
    contentPublisher: text('CONTENT_PUBLISHER') ?? 'Medspil',
    snapshotDays:
      text('SNAPSHOT_DAYS') === '0' ? undefined : readNumber('SNAPSHOT_DAYS', text('SNAPSHOT_DAYS') ?? '30'),
    snapshotsKept: readNumber('SNAPSHOTS_KEPT', text('SNAPSHOTS_KEPT') ?? '12', 1000),
    federation: readSwitch('FEDERATION', text('FEDERATION') ?? 'false'),
    traceEndpoint: readAddress('OTEL_EXPORTER_OTLP_ENDPOINT', text('OTEL_EXPORTER_OTLP_ENDPOINT')),
  });
}

function isLogLevel(level: string): level is LogLevel {
  return (LOG_LEVELS as readonly string[]).includes(level);
}

type ReadText = (name: string) => string | undefined;

function readSwitch(name: string, value: string): boolean {
  if (value !== 'true' && value !== 'false') throw new ConfigError(`${name} is "${value}": write true or false.`);
  return value === 'true';
}

function readNumber(name: string, value: string, maximum = 1_000_000): number {
  if (!/^[1-9]\d*$/.test(value) || Number(value) > maximum) {
    throw new ConfigError(`${name} is "${value}": write a whole number from 1 to ${maximum}.`);
  }
  return Number(value);
}

function optionalNumber(name: string, value: string | undefined): number | undefined {
  return value === undefined ? undefined : readNumber(name, value);
}

function readAddress(name: string, value: string | undefined): string | undefined {
  if (value === undefined || (/^https?:/.test(value) && parseUrl(value) !== null)) return value;
  // Not repeated, for it may hold a password.
  throw new ConfigError(`${name} is no address: write one that begins with https:// or http://.`);
}

function list(value: string | undefined): string[] {
  return (value ?? '').split(',').flatMap((entry) => entry.trim() || []);
}

function readOrigin(value: string): string {
  if (value === '*') return value;
  // An origin has no path, and a browser sends it in this spelling and no other.
  if (!/^https?:/.test(value) || parseUrl(value)?.origin !== value) {
    throw new ConfigError(
      `ALLOWED_ORIGINS has "${value}": write origins such as https://example.org, separated by commas, or *.`,
    );
  }
  return value;
}

function readNetwork(name: string, value: string): string {
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  const fits =
    bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) > 0 && Number(bits) <= (version === 4 ? 32 : 128));
  if (version === 0 || !fits || rest.length > 0) {
    throw new ConfigError(
      `${name} has "${value}": write addresses or networks such as 10.0.0.0/8, separated by commas.`,
    );
  }
  return value;
}

function readPublicUrl(value: string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (!/^https?:\/\/[^@?#]+$/.test(value) || parseUrl(value) === null) {
    throw new ConfigError(
      'PUBLIC_URL is no address: write where clients reach this server, e.g. https://medspil.example.org, ' +
        'without user, query or fragment.',
    );
  }
  return value.replace(/\/+$/, '');
}

function readMail(text: ReadText): Pick<Config, 'smtpUrl' | 'mailFrom'> {
  const smtpUrl = text('SMTP_URL');
  const mailFrom = text('MAIL_FROM');
  if (smtpUrl === undefined) return { smtpUrl, mailFrom };
  if (!/^smtps?:\/\/[^/?#]+/.test(smtpUrl) || parseUrl(smtpUrl) === null) {
    // Not repeated, for it may hold a password.
    throw new ConfigError(
      'SMTP_URL is no mail server: write smtp://user:password@host:587 or smtps://user:password@host:465, ' +
        'with what is special in a URL percent-encoded (# as %23).',
    );
  }
  if (mailFrom === undefined || !/^(?:[^<>@\r\n]+ <[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/.test(mailFrom)) {
    throw new ConfigError(
      'MAIL_FROM is no address: with SMTP_URL, write whom mail is from, e.g. Medspil <medspil@example.org>.',
    );
  }
  return { smtpUrl, mailFrom };
}

function readRate(name: string, value: string): Rate {
  if (value === 'off') return { points: Infinity, restoreRate: Infinity };
  const [, points, restoreRate] = /^([1-9]\d{0,9})\/([1-9]\d{0,9})$/.exec(value) ?? [];
  if (points === undefined) {
    throw new ConfigError(
      `${name} is "${value}": write the points of a full bucket and those that come back each second, ` +
        'e.g. 100000/5000, or off.',
    );
  }
  return { points: Number(points), restoreRate: Number(restoreRate) };
}

const ASYMMETRIC_ALGORITHM = /^(?:(?:RS|PS|ES)(?:256|384|512)|EdDSA)$/;

function readTokenIssuer(text: ReadText): TokenIssuer | undefined {
  const issuer = text('OIDC_ISSUER');
  if (issuer === undefined) return undefined;
  // As in the tokens: a name, which holds no password, and no part that a path cannot be added to.
  if (!/^https?:\/\/[^@?#]+$/.test(issuer) || parseUrl(issuer) === null) {
    // Not repeated, for it may hold a password.
    throw new ConfigError(
      "OIDC_ISSUER is no issuer's address: write it as the tokens have it, e.g. https://login.example.org, " +
        'without user, query or fragment.',
    );
  }
  const audience = text('OIDC_AUDIENCE');
  if (audience === undefined) {
    throw new ConfigError('OIDC_AUDIENCE is missing: write what the tokens for this server have in `aud`.');
  }
  const algorithms = list(text('OIDC_ALGORITHMS') ?? 'RS256');
  const wrong = algorithms.find((algorithm) => !ASYMMETRIC_ALGORITHM.test(algorithm));
  if (wrong !== undefined) {
    throw new ConfigError(`OIDC_ALGORITHMS has "${wrong}": write algorithms such as RS256, separated by commas.`);
  }
  return Object.freeze({
    issuer,
    audience,
    algorithms,
    nameClaim: text('OIDC_NAME_CLAIM') ?? 'name',
    emailClaim: text('OIDC_EMAIL_CLAIM') ?? 'email',
    organisationClaim: text('OIDC_ORGANISATION_CLAIM'),
    roleClaim: text('OIDC_ROLE_CLAIM'),
    roles: new Map(list(text('OIDC_ROLES')).map(readRole)),
  });
}

function readRole(pair: string): [string, 'CONTRIBUTOR' | 'EDITOR' | 'MANAGER'] {
  const [, value, role] = /^(.+)=(CONTRIBUTOR|EDITOR|MANAGER)$/.exec(pair) ?? [];
  if (value === undefined) {
    throw new ConfigError(
      `OIDC_ROLES has "${pair}": write what a claim's value means here, e.g. redaktion=EDITOR, separated by commas.`,
    );
  }
  return [value, role as 'CONTRIBUTOR' | 'EDITOR' | 'MANAGER'];
}
