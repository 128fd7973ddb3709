/** What the doctor says of things that no test can bring about on a real machine. */
import type pg from 'pg';
import { describe, expect, it } from 'vitest';
import { checkMigrations, checkRights, checkServer, judgeClock } from '../../src/doctor/database-checks.js';
import { codeOf, Report } from '../../src/doctor/finding.js';
import { judgeDisk } from '../../src/doctor/host-checks.js';

const MEBIBYTE = 1024 * 1024;
const answering = (row: object) => ({ query: async () => ({ rows: [row] }) }) as unknown as pg.Client;
const statuses = ({ findings }: Report) => findings.map(({ status }) => status);

const SERVER = { version: 180_001, name: '18.1', encoding: 'UTF8', collations: ['und-x-icu', 'da-x-icu'] };
const RIGHTS = {
  name: 'medspil',
  isSuperuser: false,
  schema: 'public',
  mayCreate: true,
  foreign: [],
  free: 90,
  most: 100,
};

describe('the database server', () => {
  it.each([
    [{}, ['ok'], '18.1'],
    [{ version: 140_012, name: '14.12' }, ['failed'], '14.12'],
    [{ encoding: 'LATIN1' }, ['failed'], 'LATIN1'],
    [{ collations: ['und-x-icu'] }, ['failed'], 'da-x-icu'],
  ])('with %j', async (other, expected, named) => {
    const report = await checkServer(answering({ ...SERVER, ...other }));
    expect(statuses(report)).toEqual(expected);
    expect(report.findings[0]!.message).toContain(named);
  });
});

describe('its user', () => {
  it.each([
    [{}, ['ok']],
    [{ mayCreate: false }, ['failed']],
    [{ schema: null, mayCreate: null }, ['failed']],
    [{ foreign: ['record'] }, ['failed']],
    [{ isSuperuser: true }, ['warning']],
    [{ free: 24 }, ['warning']],
  ])('with %j', async (other, expected) => {
    expect(statuses(await checkRights(answering({ ...RIGHTS, ...other })))).toEqual(expected);
  });
});

it('looks at the log only where all tables are there', async () => {
  expect((await checkMigrations(answering({ exists: false }))).isComplete).toBeUndefined();
});

it.each([
  [0, 'ok'],
  [1.9, 'ok'],
  [2, 'warning'],
  [-29, 'warning'],
  [30, 'failed'],
  [-3600, 'failed'],
])('judges a clock that is %d seconds ahead', (seconds, expected) => {
  const report = new Report('clock');
  judgeClock(report, seconds);
  expect(statuses(report)).toEqual([expected]);
});

it.each([
  [2048, 'ok'],
  [1024, 'ok'],
  [1023, 'warning'],
  [100, 'warning'],
  [99, 'failed'],
])('judges %d MiB of free disk', (mebibytes, expected) => {
  const report = new Report('disk');
  judgeDisk(report, '/data', mebibytes * MEBIBYTE);
  expect(statuses(report)).toEqual([expected]);
});

it('tells errors by their codes, wherever these stand, and never by their messages', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED secret:1'), { code: 'ECONNREFUSED' });
  expect(codeOf(refused)).toBe('ECONNREFUSED');
  expect(codeOf(new AggregateError([refused]))).toBe('ECONNREFUSED');
  expect(codeOf(new TypeError('fetch failed', { cause: refused }))).toBe('ECONNREFUSED');
  expect(codeOf(new Error('a secret'))).toBe('Error');
});
