/** `medspil doctor`: looks whether a server could start here, and whether those that run are well. */
import 'reflect-metadata';
import { parseArgs } from 'node:util';
import { type Config, ConfigError, readConfig } from '../config.js';
import { examine } from '../doctor/checks.js';
import type { Finding } from '../doctor/finding.js';

const USAGE = `Usage: medspil doctor [--json]

Looks at the configuration, the port, DATA_DIR, the database, its migrations and its log, the public address, the mail
server, the issuer of tokens, the hosts of webhooks and the receiver of traces, as far as they are set. It changes nothing
and sends no mail, and runs beside servers as well as without any.

--json     one JSON object a line: check, status (ok, warning, failed), message, advice

It ends with 0 when nothing failed, with 1 when something did, and with 2 for words that mean nothing.
`;

const HEALTHY = 0;
const UNHEALTHY = 1;
const MISUSED = 2;

/** @returns the exit code */
export async function runDoctor(words: readonly string[]): Promise<number> {
  let json: boolean;
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { json: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    if (values.help) {
      process.stdout.write(USAGE);
      return HEALTHY;
    }
    json = values.json;
  } catch {
    process.stderr.write(USAGE);
    return MISUSED;
  }
  let failures = 0;
  const tell = (finding: Finding) => {
    if (finding.status === 'failed') failures += 1;
    process.stdout.write(`${json ? JSON.stringify(finding) : lineOf(finding)}\n`);
  };
  const config = readConfiguration(tell);
  if (config !== undefined) for await (const finding of examine(config)) tell(finding);
  return failures === 0 ? HEALTHY : UNHEALTHY;
}

function readConfiguration(tell: (finding: Finding) => void): Config | undefined {
  const check = 'configuration';
  try {
    const config = readConfig();
    tell({ check, status: 'ok', message: 'All settings have a meaning.' });
    return config;
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, message = '', advice = ''] = /^(.*?): (.*)$/s.exec(error.message) ?? [undefined, error.message];
    tell({
      check,
      status: 'failed',
      message: `${message}.`,
      advice: advice || 'See the table of settings in the README.',
    });
    return undefined;
  }
}

function lineOf({ check, status, message, advice }: Finding): string {
  const line = `${status.padEnd(8)}${check}: ${message}`;
  return advice === undefined ? line : `${line}\n        ${advice}`;
}
