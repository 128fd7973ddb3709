/** Starts the server, answers signals, and stops it: the only place that ends the process. */
import 'reflect-metadata';
import pino from 'pino';
import { startApp } from './app.js';
import { readConfig } from './config.js';
import { explainStartFailure } from './start-failure.js';

/** Longer than the server takes to let go of slow clients: beyond it something hangs, and hanging helps nobody. */
const STOP_WITHIN_MILLISECONDS = 30_000;

try {
  const config = readConfig();
  const logger = pino({ level: config.logLevel });
  const app = await startApp(config, logger);

  process.stdout.write(
    [
      `Medspil is ready at ${app.url}/graphql`,
      `Explorer:  ${app.url}/graphiql`,
      app.adminKeyFile === null ? 'Admin key: as given in ADMIN_API_KEY' : `Admin key: in ${app.adminKeyFile}`,
      '',
    ].join('\n'),
  );

  let stopping = false;
  const stop = async (signal: NodeJS.Signals): Promise<void> => {
    if (stopping) return;
    stopping = true;
    logger.info(`${signal}: stopping`);
    setTimeout(() => {
      logger.fatal('not stopped in time; ending all the same');
      process.exit(1);
    }, STOP_WITHIN_MILLISECONDS).unref();
    try {
      await app.close();
      process.exit(0);
    } catch (error) {
      logger.fatal({ err: error }, 'stopping failed');
      process.exit(1);
    }
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
} catch (error) {
  process.stderr.write(`${explainStartFailure(error)}\n`);
  process.exit(1);
}
