import pino, { type DestinationStream, type Level, type Logger } from 'pino';

/**
 * Makes the program's own log: JSON lines. Of errors they have what is safe to keep, and not what drivers hang on them:
 * values of the statement, the bytes of a request.
 */
export function createLogger(level: Level | 'silent', destination: DestinationStream): Logger {
  return pino({ level, serializers: { err: describeError } }, destination);
}

function describeError(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code } = error as { code?: unknown };
  return { type: error.name, message: error.message, stack: error.stack, ...(typeof code === 'string' && { code }) };
}
