/** Says in one line why the server, or a command beside it, could not start. */
import { ConfigError } from './config.js';

/** A system call's failure, as Node tells it. */
type SystemError = NodeJS.ErrnoException & { port?: number; address?: string; hostname?: string };

/** Bad luck with a file that is none of a program's mistakes, but rights or a full disk. */
const FILE_FAILURES = new Set(['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST', 'ENOSPC', 'EDQUOT']);

/**
 * Turns what was thrown at start into one line for the operator, without secrets. A mistake in the program itself, which
 * no setting mends, keeps its stack.
 */
export function explainStartFailure(error: unknown): string {
  return `Medspil cannot start: ${reasonOf(error)}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error instanceof ConfigError) return error.message;
  const { code, syscall, port, address, hostname, path, message } = error as SystemError;
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${address} is in use. Set PORT to another, or to 0 for any that is free.`;
  }
  if (code === 'EACCES' && syscall === 'listen') {
    return `port ${port} needs rights that this user does not have. Set PORT to 1024 or higher.`;
  }
  if (code === 'EADDRNOTAVAIL' || syscall === 'getaddrinfo') {
    return `HOST is "${address ?? hostname}", which is no address of this machine. Leave it out for 127.0.0.1.`;
  }
  if (path !== undefined && FILE_FAILURES.has(code!)) {
    return `${message}. Set DATA_DIR to a folder that this user may write to.`;
  }
  const mistakes = [TypeError, ReferenceError, RangeError, SyntaxError];
  if (mistakes.some((kind) => error instanceof kind)) return error.stack ?? message;
  return message;
}
