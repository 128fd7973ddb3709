/** Traces as those see them whose work is traced. Without an endpoint for traces there is none of this at all. */

/** What a span tells besides its name and its times. */
export type SpanAttributes = Readonly<Record<string, string | number | boolean>>;

/** W3C Trace Context, as it came with a request. */
export interface TraceParent {
  readonly traceparent: string;
  readonly tracestate?: string | undefined;
}

export interface SpanEnd {
  /** Names the kind of failure; undefined when all went well. */
  readonly error?: string | undefined;
  readonly attributes?: SpanAttributes | undefined;
}

export interface OpenSpan {
  /** Runs work whose own spans belong to this one. */
  run<Result>(work: () => Result): Result;
  end(end?: SpanEnd): void;
}

export interface Tracing {
  /** Begins an operation that was asked for from outside, as part of the caller's trace where it names one. */
  beginOperation(name: string, attributes: SpanAttributes, parent?: TraceParent): OpenSpan;
  /** Begins a statement that goes to the database, within whatever is running. */
  beginStatement(text: string): (error?: unknown) => void;
  /**
   * Begins a request to another server.
   *
   * @returns also `headers`, by which that server goes on with the trace
   */
  beginRequest(name: string, attributes: SpanAttributes): OpenSpan & { readonly headers: Record<string, string> };
  /** Sends what is left, for some seconds at the most; never rejects. */
  stop(): Promise<void>;
}
