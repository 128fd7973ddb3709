/** Counts, traces and logs operations on their way, whichever transport they came by. */
import {
  type FieldNode,
  type FormattedExecutionResult,
  Kind,
  type SelectionSetNode,
  type OperationDefinitionNode,
} from 'graphql';
import { type Measures, ReadTally } from '../telemetry/measures.js';
import { logFields, type RequestOrigin } from '../telemetry/request-origin.js';
import type { OpenSpan, SpanAttributes, Tracing } from '../telemetry/tracing.js';
import type { AdmittedOperation, Refusal } from './admission.js';
import type { PreparedOperation } from './prepare-operation.js';

/** Where operations are told of one by one; a pino logger is one. */
export interface OperationLogger {
  isLevelEnabled(level: 'debug'): boolean;
  debug(details: object, message: string): void;
}

const UNKNOWN: RequestOrigin = { transport: 'http' };

/** What an operation that goes well is counted as, where others have the code of their first error. */
const OK = 'OK';

export interface OperationWatchOptions {
  readonly measures: Measures;
  readonly tracing: Tracing | undefined;
  readonly logger: Partial<OperationLogger>;
}

export class OperationWatch {
  private readonly names = new WeakMap<OperationDefinitionNode, string>();
  private readonly tellsEach: boolean;

  constructor(private readonly options: OperationWatchOptions) {
    this.tellsEach = options.logger.isLevelEnabled?.('debug') ?? false;
  }

  refused({ errors }: Refusal, { transport }: RequestOrigin = UNKNOWN): void {
    this.options.measures.refusals.of(transport, codeOf(errors)).value += 1;
  }

  /** Runs an operation, and counts how it went. */
  async run(
    prepared: AdmittedOperation,
    origin: RequestOrigin = UNKNOWN,
    work: (reads: ReadTally) => Promise<FormattedExecutionResult>,
  ): Promise<FormattedExecutionResult> {
    const { tracing } = this.options;
    const reads = new ReadTally();
    const start = performance.now();
    const span = tracing && this.beginSpan(tracing, prepared, origin);
    const result = await (span === undefined ? work(reads) : span.run(() => work(reads)));
    this.ended(prepared, origin, { result, reads, milliseconds: performance.now() - start, span });
    return result;
  }

  /** Starts a subscription. What is counted is its start; how long it lasts is its client's business. */
  async start<Result extends object>(
    prepared: AdmittedOperation,
    origin: RequestOrigin = UNKNOWN,
    work: () => Promise<Result>,
  ): Promise<Result> {
    const { tracing, measures } = this.options;
    const { operation } = prepared.operation;
    const start = performance.now();
    const span = tracing && this.beginSpan(tracing, prepared, origin);
    let outcome = 'INTERNAL_SERVER_ERROR';
    try {
      const result = await (span === undefined ? work() : span.run(work));
      const { errors } = result as FormattedExecutionResult;
      outcome = errors === undefined ? OK : codeOf(errors);
      return result;
    } finally {
      const milliseconds = performance.now() - start;
      measures.operations.of(origin.transport, operation, outcome).observe(milliseconds / 1_000);
      measures.costs.of(operation).observe(prepared.cost.points);
      span?.end({ error: outcome === OK ? undefined : outcome });
      this.tell(prepared, origin, { outcome, milliseconds });
    }
  }

  /** Runs what works out events; they are for whoever follows, and so part of nobody's trace. */
  async runEvents<Result>(prepared: PreparedOperation, work: (reads: ReadTally) => Promise<Result>): Promise<Result> {
    const { measures, tracing } = this.options;
    const reads = new ReadTally();
    const span = tracing?.beginOperation(`event ${this.nameOf(prepared)}`, attributesOf(prepared, undefined));
    try {
      const result = await (span === undefined ? work(reads) : span.run(() => work(reads)));
      span?.end({ attributes: { 'medspil.statements': reads.statements } });
      return result;
    } catch (error) {
      span?.end({ error: error instanceof Error ? error.name : 'Error' });
      throw error;
    } finally {
      measures.statementsPerOperation.of('subscription').observe(reads.statements);
      measures.readingPerOperation.of('subscription').observe(reads.milliseconds / 1_000);
    }
  }

  private beginSpan(tracing: Tracing, prepared: PreparedOperation, origin: RequestOrigin): OpenSpan {
    return tracing.beginOperation(this.nameOf(prepared), attributesOf(prepared, origin), origin.trace);
  }

  private ended(
    prepared: AdmittedOperation,
    origin: RequestOrigin,
    {
      result,
      reads,
      milliseconds,
      span,
    }: { result: FormattedExecutionResult; reads: ReadTally; milliseconds: number; span: OpenSpan | undefined },
  ): void {
    const { measures } = this.options;
    const type = prepared.operation.operation;
    const { points } = prepared.cost;
    const outcome = result.errors === undefined ? OK : codeOf(result.errors);
    measures.operations.of(origin.transport, type, outcome).observe(milliseconds / 1_000);
    measures.costs.of(type).observe(points);
    measures.statementsPerOperation.of(type).observe(reads.statements);
    measures.readingPerOperation.of(type).observe(reads.milliseconds / 1_000);
    span?.end({
      error: outcome === OK ? undefined : outcome,
      attributes: { 'medspil.statements': reads.statements },
    });
    this.tell(prepared, origin, { outcome, statements: reads.statements, milliseconds });
  }

  private tell(
    prepared: AdmittedOperation,
    origin: RequestOrigin,
    { milliseconds, ...details }: { outcome: string; statements?: number; milliseconds: number },
  ): void {
    if (!this.tellsEach) return;
    const { points } = prepared.cost;
    this.options.logger.debug!(
      {
        ...logFields(origin),
        operation: this.nameOf(prepared),
        points,
        ...details,
        milliseconds: Math.round(milliseconds),
      },
      'operation',
    );
  }

  /** Its type and first root field, which both are ours; the name that a client gave it may be anything. */
  private nameOf({ document, operation }: PreparedOperation): string {
    let name = this.names.get(operation);
    if (name === undefined) {
      const fragments = new Map(
        document.definitions.flatMap((definition) =>
          definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition.selectionSet]] : [],
        ),
      );
      name = `${operation.operation} ${firstField(operation.selectionSet, fragments)?.name.value ?? ''}`;
      this.names.set(operation, name);
    }
    return name;
  }
}

function firstField(
  { selections }: SelectionSetNode,
  fragments: ReadonlyMap<string, SelectionSetNode>,
): FieldNode | undefined {
  for (const selection of selections) {
    if (selection.kind === Kind.FIELD) return selection;
    const below =
      selection.kind === Kind.INLINE_FRAGMENT ? selection.selectionSet : fragments.get(selection.name.value);
    const field = below && firstField(below, fragments);
    if (field !== undefined) return field;
  }
  return undefined;
}

function codeOf(errors: readonly { readonly extensions?: Readonly<Record<string, unknown>> | undefined }[]): string {
  const code = errors[0]?.extensions?.['code'];
  return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
}

function attributesOf({ operation, cost }: PreparedOperation, origin: RequestOrigin | undefined): SpanAttributes {
  return {
    'graphql.operation.type': operation.operation,
    'medspil.points': cost.points,
    ...(origin !== undefined && {
      'network.protocol.name': origin.transport === 'websocket' ? 'websocket' : 'http',
      'url.path': origin.transport === 'sse' ? '/graphql/stream' : '/graphql',
      'medspil.transport': origin.transport,
      ...(origin.requestId !== undefined && { 'medspil.request.id': origin.requestId }),
      ...(origin.connectionId !== undefined && { 'medspil.connection.id': origin.connectionId }),
    }),
  };
}
