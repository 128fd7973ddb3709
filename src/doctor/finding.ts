/** What a look at one thing comes to. */
export interface Finding {
  /** What was looked at, e.g. `database`. */
  readonly check: string;
  /** `warning`: it works, and something is worth knowing; `failed`: the server cannot start or not do its work. */
  readonly status: 'ok' | 'warning' | 'failed';
  /** One line without secrets: no password, no key, no part of an address but its host. */
  readonly message: string;
  /** What to do; there unless all is well. */
  readonly advice?: string;
}

/** Reports of one check. */
export class Report {
  readonly findings: Finding[] = [];

  constructor(private readonly check: string) {}

  ok(message: string): void {
    this.findings.push({ check: this.check, status: 'ok', message });
  }

  warning(message: string, advice: string): void {
    this.findings.push({ check: this.check, status: 'warning', message, advice });
  }

  failed(message: string, advice: string): void {
    this.findings.push({ check: this.check, status: 'failed', message, advice });
  }
}

/** The code of a system's or driver's error, or its kind: messages may repeat addresses with passwords in them. */
export function codeOf(error: unknown): string {
  const { code, name, cause, errors } = error as {
    code?: unknown;
    name?: unknown;
    cause?: unknown;
    errors?: unknown[];
  };
  if (typeof code === 'string') return code;
  if (errors?.length) return codeOf(errors[0]);
  return cause === undefined ? String(name ?? 'unknown') : codeOf(cause);
}
