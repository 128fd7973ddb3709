import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../src/config.js';

const ISSUER = { OIDC_ISSUER: 'https://login.example.org/realms/libraries', OIDC_AUDIENCE: 'medspil' };

describe('the settings of access', () => {
  it('have defaults that are safe, and loose enough for decent clients', () => {
    expect(readConfig({})).toMatchObject({
      allowedOrigins: [],
      trustedProxies: [],
      addressRate: { points: 100_000, restoreRate: 5_000 },
      credentialRate: { points: 200_000, restoreRate: 10_000 },
      connections: 20_000,
      connectionsPerAddress: 2_500,
      operationMilliseconds: 10_000,
      trustedDocuments: undefined,
      trustedDocumentsOnly: false,
      oidc: undefined,
      auditLogDays: undefined,
      knowledgeLogDays: undefined,
      publicUrl: undefined,
      smtpUrl: undefined,
      webhookAllowedNetworks: [],
      contentLicense: 'https://creativecommons.org/licenses/by/4.0/',
      contentPublisher: 'Medspil',
      snapshotDays: 30,
      snapshotsKept: 12,
      federation: false,
      traceEndpoint: undefined,
    });
  });

  it('are read as they are written', () => {
    const config = readConfig({
      ...ISSUER,
      ALLOWED_ORIGINS: 'https://bibliotek.dk, http://localhost:3000',
      TRUSTED_PROXIES: '10.0.0.0/8,::1',
      RATE_LIMIT_ADDRESS: 'off',
      RATE_LIMIT_CREDENTIAL: '5000/50',
      OPERATION_SECONDS: '3',
      AUDIT_LOG_DAYS: '365',
      KNOWLEDGE_LOG_DAYS: '730',
      PUBLIC_URL: 'https://medspil.example.org/',
      SMTP_URL: 'smtp://user:p%40ss@mail.example.org:587',
      MAIL_FROM: 'Medspil <medspil@example.org>',
      WEBHOOK_ALLOWED_NETWORKS: '10.1.0.0/16, ::1',
      CONTENT_LICENSE: 'https://creativecommons.org/publicdomain/zero/1.0/',
      CONTENT_PUBLISHER: 'Slots- og Kulturstyrelsen',
      SNAPSHOT_DAYS: '0',
      SNAPSHOTS_KEPT: '3',
      FEDERATION: 'true',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318',
      OIDC_ALGORITHMS: 'ES256, EdDSA',
      OIDC_ORGANISATION_CLAIM: 'isil',
      OIDC_ROLE_CLAIM: 'realm_access.roles',
      OIDC_ROLES: 'redaktion=EDITOR,leder=MANAGER',
    });
    expect(config).toMatchObject({
      allowedOrigins: ['https://bibliotek.dk', 'http://localhost:3000'],
      trustedProxies: ['10.0.0.0/8', '::1'],
      addressRate: { points: Infinity },
      credentialRate: { points: 5000, restoreRate: 50 },
      operationMilliseconds: 3000,
      auditLogDays: 365,
      knowledgeLogDays: 730,
      publicUrl: 'https://medspil.example.org',
      smtpUrl: 'smtp://user:p%40ss@mail.example.org:587',
      mailFrom: 'Medspil <medspil@example.org>',
      webhookAllowedNetworks: ['10.1.0.0/16', '::1'],
      contentLicense: 'https://creativecommons.org/publicdomain/zero/1.0/',
      contentPublisher: 'Slots- og Kulturstyrelsen',
      snapshotDays: undefined,
      snapshotsKept: 3,
      federation: true,
      traceEndpoint: 'http://collector:4318',
      oidc: { algorithms: ['ES256', 'EdDSA'], nameClaim: 'name', roleClaim: 'realm_access.roles' },
    });
    expect([...config.oidc!.roles]).toEqual([
      ['redaktion', 'EDITOR'],
      ['leder', 'MANAGER'],
    ]);
  });

  it.each([
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'https://bibliotek.dk/' }],
    ['ALLOWED_ORIGINS', { ALLOWED_ORIGINS: 'bibliotek.dk' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: 'nginx' }],
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '10.0.0.0/33' }],
    // Whoever trusts everybody trusts what everybody says of itself.
    ['TRUSTED_PROXIES', { TRUSTED_PROXIES: '0.0.0.0/0' }],
    ['RATE_LIMIT_ADDRESS', { RATE_LIMIT_ADDRESS: '100' }],
    ['RATE_LIMIT_CREDENTIAL', { RATE_LIMIT_CREDENTIAL: '0/5' }],
    ['CONNECTIONS', { CONNECTIONS: 'many' }],
    ['CONNECTIONS_PER_ADDRESS', { CONNECTIONS_PER_ADDRESS: '-1' }],
    ['OPERATION_SECONDS', { OPERATION_SECONDS: '301' }],
    ['TRUSTED_DOCUMENTS_ONLY', { TRUSTED_DOCUMENTS_ONLY: 'yes' }],
    ['AUDIT_LOG_DAYS', { AUDIT_LOG_DAYS: '0' }],
    ['KNOWLEDGE_LOG_DAYS', { KNOWLEDGE_LOG_DAYS: 'forever' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'medspil.example.org' }],
    ['PUBLIC_URL', { PUBLIC_URL: 'https://medspil.example.org/?a=b' }],
    ['SMTP_URL', { SMTP_URL: 'mail.example.org', MAIL_FROM: 'medspil@example.org' }],
    ['SMTP_URL', { SMTP_URL: 'smtp://', MAIL_FROM: 'medspil@example.org' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.org' }],
    ['MAIL_FROM', { SMTP_URL: 'smtp://mail.example.org', MAIL_FROM: 'Medspil' }],
    ['WEBHOOK_ALLOWED_NETWORKS', { WEBHOOK_ALLOWED_NETWORKS: 'intranet' }],
    ['CONTENT_LICENSE', { CONTENT_LICENSE: 'CC BY' }],
    ['SNAPSHOT_DAYS', { SNAPSHOT_DAYS: '-1' }],
    ['SNAPSHOTS_KEPT', { SNAPSHOTS_KEPT: '0' }],
    ['FEDERATION', { FEDERATION: '1' }],
    ['OTEL_EXPORTER_OTLP_ENDPOINT', { OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4318' }],
    ['OIDC_ISSUER', { ...ISSUER, OIDC_ISSUER: 'login.example.org' }],
    ['OIDC_ISSUER', { ...ISSUER, OIDC_ISSUER: 'https://user:password@login.example.org' }],
    ['OIDC_ISSUER', { ...ISSUER, OIDC_ISSUER: 'https://login.example.org/?realm=a' }],
    ['OIDC_AUDIENCE', { OIDC_ISSUER: ISSUER.OIDC_ISSUER }],
    ['OIDC_ALGORITHMS', { ...ISSUER, OIDC_ALGORITHMS: 'HS256' }],
    ['OIDC_ALGORITHMS', { ...ISSUER, OIDC_ALGORITHMS: 'none' }],
    ['OIDC_ROLES', { ...ISSUER, OIDC_ROLES: 'leder=ADMIN' }],
  ])('%s says what to write instead of %j', (name, environment) => {
    expect(() => readConfig(environment)).toThrow(ConfigError);
    expect(() => readConfig(environment)).toThrow(new RegExp(`^${name} `));
  });
});
