/** What an import tells about itself: to a person at a terminal, to a log, or to a program. */
import { Presets, SingleBar } from 'cli-progress';
import type { RowResult } from './runner.js';

export interface Summary {
  readonly format: string;
  /** Rows in the file. */
  readonly rows: number;
  readonly created: number;
  readonly updated: number;
  readonly unchanged: number;
  readonly failed: number;
  /** Texts that were published though they look as if they had personal data in them. */
  readonly warnings: number;
  /** Whether a signal ended it before the last row. */
  readonly interrupted: boolean;
  readonly seconds: number;
}

/** Takes the results as they come. */
export interface Report {
  row(result: RowResult): void;
  /** Takes what holds the terminal away, so that a message can follow. May be called more than once. */
  pause(): void;
  end(summary: Summary): void;
}

export interface Output {
  /** What was asked for. */
  readonly result: NodeJS.WritableStream;
  /** What a person may like to see meanwhile. */
  readonly progress: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Where nobody watches a bar, a line is written after this many rows. */
const ROWS_PER_LINE = 100;

export function createReport(output: Output, total: number, json: boolean): Report {
  if (json) return new JsonReport(output);
  return output.progress.isTTY ? new BarReport(output, total) : new LineReport(output, total);
}

/** One JSON object a line on the result stream: one for each row, and at the end `summary`. */
class JsonReport implements Report {
  constructor(private readonly output: Output) {}

  row(result: RowResult): void {
    this.write(result);
  }

  pause(): void {}

  end(summary: Summary): void {
    this.write({ summary });
  }

  private write(value: object): void {
    this.output.result.write(`${JSON.stringify(value)}\n`);
  }
}

class LineReport implements Report {
  private done = 0;

  constructor(
    private readonly output: Output,
    private readonly total: number,
  ) {}

  row(result: RowResult): void {
    if (result.outcome === 'failed') this.output.progress.write(`${describeFailure(result)}\n`);
    this.done++;
    if (this.done % ROWS_PER_LINE === 0) this.output.progress.write(`${this.done} of ${this.total} rows\n`);
  }

  pause(): void {}

  end(summary: Summary): void {
    this.output.result.write(`${describeSummary(summary)}\n`);
  }
}

class BarReport implements Report {
  private readonly bar: SingleBar;
  private failed = 0;

  constructor(
    private readonly output: Output,
    total: number,
  ) {
    this.bar = new SingleBar(
      {
        stream: output.progress,
        format: '{bar} {percentage}% | {value} of {total} rows | {failed} failed | {eta_formatted} to go',
        // Signals are the command's own to answer: what is under way is brought to its end.
        gracefulExit: false,
        hideCursor: true,
      },
      Presets.shades_classic,
    );
    this.bar.start(total, 0, { failed: 0 });
  }

  row(result: RowResult): void {
    if (result.outcome === 'failed') {
      this.failed++;
      // In the bar's place; the bar goes on below. MultiBar's own log would lose what comes shortly before the end.
      this.output.progress.write(`${CLEAR_LINE}${describeFailure(result)}\n`);
    }
    this.bar.increment(1, { failed: this.failed });
  }

  pause(): void {
    this.bar.stop();
  }

  end(summary: Summary): void {
    this.pause();
    this.output.result.write(`${describeSummary(summary)}\n`);
  }
}

const CLEAR_LINE = '\r\u001b[K';

function describeFailure({ row, id, errors }: RowResult): string {
  const name = id === null ? `Row ${row}` : `Row ${row} (${id})`;
  return printable(`${name}: ${errors.map(({ message }) => message).join(' ')}`);
}

/** What a file says must not steer the terminal. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 1000);
}

function describeSummary(summary: Summary): string {
  const { format, rows, created, updated, unchanged, failed, warnings, interrupted, seconds } = summary;
  const done = created + updated + unchanged + failed;
  const counts = `${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} failed`;
  const of = interrupted ? `${done} of ${rows} rows` : `${rows} rows`;
  const rest = interrupted ? ' Interrupted: run it again to complete it.' : '';
  const look = warnings === 0 ? '' : ` ${describeWarnings(warnings)}`;
  return `${of} of ${format} in ${seconds.toFixed(1)} s: ${counts}.${look}${rest}`;
}

function describeWarnings(count: number): string {
  const texts = count === 1 ? '1 text looks as if it had' : `${count} texts look as if they had`;
  return `${texts} personal data in: see \`warnings\` of the records.`;
}
