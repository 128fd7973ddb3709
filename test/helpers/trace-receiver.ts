/** A receiver of OTLP over HTTP in the test process: it takes what the exporter sends, as JSON. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  /** OTLP's numbers: 2 for a server's, 3 for a client's. */
  readonly kind: number;
  readonly attributes: Readonly<Record<string, string | number | boolean>>;
  /** 2 for a failure. */
  readonly status: number;
  readonly resource: Readonly<Record<string, string | number | boolean>>;
}

export interface TraceReceiver {
  /** As for OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly endpoint: string;
  readonly spans: ReceivedSpan[];
  /** Paths of all requests. */
  readonly paths: string[];
  close(): Promise<void>;
}

type Value = { stringValue?: string; intValue?: number | string; doubleValue?: number; boolValue?: boolean };
type Attributes = { key: string; value: Value }[];

export async function startTraceReceiver(): Promise<TraceReceiver> {
  const spans: ReceivedSpan[] = [];
  const paths: string[] = [];
  const server = http.createServer(async (request, response) => {
    paths.push(request.url!);
    let body = '';
    for await (const chunk of request.setEncoding('utf8')) body += chunk;
    for (const { resource, scopeSpans } of JSON.parse(body).resourceSpans) {
      for (const span of scopeSpans.flatMap((scope: any) => scope.spans)) {
        spans.push({
          ...span,
          attributes: named(span.attributes ?? []),
          status: span.status?.code ?? 0,
          resource: named(resource.attributes),
        });
      }
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    spans,
    paths,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function named(attributes: Attributes): ReceivedSpan['attributes'] {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]!]));
}
