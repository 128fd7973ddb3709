/** Starts the server, answers signals, and stops it: the only place that ends the process. */
import 'reflect-metadata';
import type { DestinationStream, Logger } from 'pino';
import { type App, startApp } from './app.js';
import { readConfig } from './config.js';
import { createLogger } from './platform/telemetry/logger.js';
import { explainStartFailure } from './start-failure.js';

/** Longer than the server takes to let go of slow clients: beyond it something hangs, and hanging helps nobody. */
const STOP_WITHIN_MILLISECONDS = 30_000;

/** SIGHUP comes when the terminal closes: without a handler PostgreSQL would outlive the server. */
const STOP_SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

let stopping = false;

try {
  const config = readConfig();
  const logger = createLogger(config.logLevel, standardOutput());
  const starting = startApp(config, logger, { onLost: (error) => fail(error) });
  const fail = stopWhenTold(starting, logger);
  const app = await starting;
  if (!stopping) announce(app);
} catch (error) {
  // A start that was to be stopped need not succeed: Ctrl-C ends PostgreSQL's initdb, too.
  if (!stopping) {
    process.stderr.write(`${explainStartFailure(error)}\n`);
    process.exit(1);
  }
}

/**
 * Where nobody takes the log any more (a closed terminal, a full disk) lines are lost. Pino's own writer would throw, and
 * after a fatal error try for ever.
 */
function standardOutput(): DestinationStream {
  process.stdout.on('error', () => undefined);
  return { write: (line) => void process.stdout.write(line) };
}

function announce({ url, adminKeyFile }: App): void {
  process.stdout.write(
    [
      `Medspil is ready at ${url}/graphql`,
      `Explorer:  ${url}/graphiql`,
      adminKeyFile === null ? 'Admin key: as given in ADMIN_API_KEY' : `Admin key: in ${adminKeyFile}`,
      '',
    ].join('\n'),
  );
}

/** Stops the server on a signal, on an error that nobody expected, and when the function that it gives is called. */
function stopWhenTold(starting: Promise<App>, logger: Logger): (error: Error) => void {
  const stop = async (exitCode: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => {
      logger.fatal('not stopped in time; ending all the same');
      process.exit(1);
    }, STOP_WITHIN_MILLISECONDS).unref();
    // A start under way goes on to its end, after which it is known what there is to stop.
    const app = await starting.catch(() => undefined);
    try {
      await app?.close();
      process.exit(exitCode);
    } catch (error) {
      logger.fatal({ err: error }, 'stopping failed');
      process.exit(1);
    }
  };
  for (const signal of STOP_SIGNALS) {
    // Not once: Ctrl-C reaches the server from the terminal and from npm.
    process.on(signal, () => {
      if (!stopping) logger.info(`${signal}: stopping`);
      void stop(0);
    });
  }
  const fail = (error: Error): void => {
    if (!stopping) logger.fatal({ err: error }, 'unexpected error; stopping');
    void stop(1);
  };
  // Rejections that nobody handles come here, too. After one nothing is sure, except that a supervisor can start anew.
  process.on('uncaughtException', fail);
  return fail;
}
