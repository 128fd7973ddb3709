/** What a pull tells about itself: to a person at a terminal, to a log, or to a program. */
import { Presets, SingleBar } from 'cli-progress';

export interface PullSummary {
  /** Where it is; null for standard output. */
  readonly file: string | null;
  readonly bytes: number;
  /** From where a later pull can go on with `--since`; null where the server gave none. */
  readonly cursor: string | null;
  /** In hexadecimal. */
  readonly sha256: string;
  readonly seconds: number;
}

export interface Progress {
  /** @param total bytes in all; null when the server does not know that beforehand */
  start(bytes: number, total: number | null): void;
  advance(bytes: number): void;
  /** Something went on otherwise than planned, and is being mended. */
  notice(message: string): void;
  /** Takes what holds the terminal away. */
  stop(): void;
  end(summary: PullSummary): void;
}

export interface Streams {
  /** What was asked for. */
  readonly result: NodeJS.WritableStream;
  readonly progress: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** Where nobody watches a bar, a line is written every so many milliseconds. */
const LINE_INTERVAL = 10_000;
const MEGABYTE = 1_000_000;

export function createProgress(streams: Streams, json: boolean): Progress {
  if (json) return new JsonProgress(streams);
  return streams.progress.isTTY ? new BarProgress(streams) : new LineProgress(streams);
}

const megabytes = (bytes: number): string => `${(bytes / MEGABYTE).toFixed(1)} MB`;

function describe({ file, bytes, seconds }: PullSummary): string {
  return `${megabytes(bytes)} in ${file ?? 'standard output'}, ${seconds.toFixed(1)} s`;
}

/** One JSON object a line: `{"progress": …}`, `{"notice": …}`, and at the end `{"summary": …}`. */
class JsonProgress implements Progress {
  private bytes = 0;
  private total: number | null = null;
  private told = 0;

  constructor(private readonly streams: Streams) {}

  start(bytes: number, total: number | null): void {
    [this.bytes, this.total] = [bytes, total];
    this.tell();
  }

  advance(bytes: number): void {
    this.bytes += bytes;
    if (performance.now() - this.told > LINE_INTERVAL) this.tell();
  }

  notice(message: string): void {
    this.write({ notice: message });
  }

  stop(): void {}

  end(summary: PullSummary): void {
    this.write({ summary });
  }

  private tell(): void {
    this.told = performance.now();
    this.write({ progress: { bytes: this.bytes, total: this.total } });
  }

  private write(value: object): void {
    this.streams.result.write(`${JSON.stringify(value)}\n`);
  }
}

class LineProgress implements Progress {
  private bytes = 0;
  private total: number | null = null;
  private told = performance.now();

  constructor(private readonly streams: Streams) {}

  start(bytes: number, total: number | null): void {
    [this.bytes, this.total] = [bytes, total];
    if (bytes > 0) this.write(`going on after ${megabytes(bytes)}`);
  }

  advance(bytes: number): void {
    this.bytes += bytes;
    if (performance.now() - this.told < LINE_INTERVAL) return;
    this.told = performance.now();
    this.write(this.total === null ? megabytes(this.bytes) : `${megabytes(this.bytes)} of ${megabytes(this.total)}`);
  }

  notice(message: string): void {
    this.write(message);
  }

  stop(): void {}

  end(summary: PullSummary): void {
    this.write(describe(summary));
  }

  private write(line: string): void {
    this.streams.progress.write(`${line}\n`);
  }
}

class BarProgress implements Progress {
  private bar: SingleBar | undefined;
  private started = 0;
  private bytes = 0;
  private atStart = 0;

  constructor(private readonly streams: Streams) {}

  start(bytes: number, total: number | null): void {
    this.stop();
    [this.bytes, this.atStart, this.started] = [bytes, bytes, performance.now()];
    const amount =
      total === null ? '{megabytes}' : '{bar} {percentage}% | {megabytes} of {all} | {eta_formatted} to go';
    this.bar = new SingleBar(
      {
        stream: this.streams.progress,
        format: `${amount} | {rate}`,
        // Signals are the command's own to answer.
        gracefulExit: false,
        hideCursor: true,
        etaBuffer: 50,
      },
      Presets.shades_classic,
    );
    this.bar.start(total ?? 1, total === null ? 0 : bytes, this.texts(total));
    this.total = total;
  }

  private total: number | null = null;

  advance(bytes: number): void {
    this.bytes += bytes;
    this.bar?.update(this.total === null ? 0 : this.bytes, this.texts(this.total));
  }

  notice(message: string): void {
    this.stop();
    this.streams.progress.write(`${message}\n`);
  }

  stop(): void {
    this.bar?.stop();
    this.bar = undefined;
  }

  end(summary: PullSummary): void {
    this.stop();
    this.streams.progress.write(`${describe(summary)}\n`);
  }

  private texts(total: number | null) {
    const seconds = Math.max(0.001, (performance.now() - this.started) / 1000);
    const rate = `${megabytes((this.bytes - this.atStart) / seconds)}/s`;
    return { megabytes: megabytes(this.bytes), all: megabytes(total ?? 0), rate };
  }
}
