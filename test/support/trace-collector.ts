import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { waitUntil } from './wait-until';

/** A span as OTLP/JSON has it (opentelemetry-proto, trace.proto): the parts that tests look at. */
export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly attributes: readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
  readonly status: { readonly code: number; readonly message?: string };
  readonly events?: readonly unknown[];
}

interface Export {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: ReceivedSpan['attributes'] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

/** A collector of traces, OTLP over HTTP. */
export class TraceCollector {
  /** All bodies that arrived, as text. */
  received = '';
  readonly resources: Record<string, unknown>[] = [];
  private readonly spans: ReceivedSpan[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<TraceCollector> {
    const server = createServer();
    const collector = new TraceCollector(server);
    server.on('request', (request, response) => {
      void text(request).then((body) => {
        const isOurs = request.method === 'POST' && request.url === '/v1/traces';
        if (isOurs) collector.take(body);
        response.writeHead(isOurs ? 200 : 404, { 'content-type': 'application/json' }).end('{}');
      });
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return collector;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  ofTrace(traceId: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.traceId === traceId);
  }

  named(name: string): readonly ReceivedSpan[] {
    return this.spans.filter((span) => span.name === name);
  }

  /** Waits for the span of this name in the trace. */
  spanOf(traceId: string, name: string): Promise<ReceivedSpan> {
    return waitUntil(() => this.ofTrace(traceId).find((span) => span.name === name), {
      what: `the span ${name}`,
    });
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  private take(body: string): void {
    this.received += body;
    for (const { resource, scopeSpans } of (JSON.parse(body) as Export).resourceSpans) {
      this.resources.push(
        Object.fromEntries(resource.attributes.map(({ key, value }) => [key, Object.values(value)[0]])),
      );
      this.spans.push(...scopeSpans.flatMap(({ spans }) => spans));
    }
  }
}

/** The attributes of a span by name. */
export function attributesOf({ attributes }: ReceivedSpan): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
