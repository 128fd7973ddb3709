/** Says in one line why the server, or a command beside it, could not start. */
import { ConfigError } from './config.js';

/** Turns what was thrown at start into one line for the operator, without secrets. What has no explanation keeps its stack. */
export function explainStartFailure(error: unknown): string {
  const failure = error as NodeJS.ErrnoException & { port?: number; address?: string };
  if (error instanceof ConfigError) return `Medspil cannot start: ${error.message}`;
  if (failure.code === 'EADDRINUSE') {
    return `Medspil cannot start: port ${failure.port} of ${failure.address} is in use. Set PORT to another, or to 0 for any that is free.`;
  }
  if (failure.code === 'EACCES' && failure.port !== undefined) {
    return `Medspil cannot start: port ${failure.port} needs rights that this user does not have. Set PORT to 1024 or higher.`;
  }
  return `Medspil cannot start: ${failure.message ?? String(error)}`;
}
