import { AsyncLocalStorage } from 'node:async_hooks';
import type { Attributes, Context, Span, TextMapPropagator, Tracer } from '@opentelemetry/api';
import type { ExportResult } from '@opentelemetry/core';
import type { ReadableSpan, SpanExporter, TracerProvider } from '@opentelemetry/sdk-trace';
import { VERSION } from '../config/own-settings';
import type { Settings } from '../config/settings.schema';
import { describeError } from './error-description';
import type { Log } from './log';
import { allowedValue } from './log-fields';
import {
  SPAN_ATTRIBUTES,
  type SpanAttributes,
  type SpanEnd,
  type SpanFacts,
  type SpanRecorder,
} from './spans';

/** The packages are loaded when tracing starts, so a process that does not trace neither loads nor needs them. */
async function loadPackages() {
  const [api, core, exporter, resources, sdk] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/core'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
    import('@opentelemetry/sdk-trace'),
  ]);
  return { api, core, exporter, resources, sdk };
}

type Packages = Awaited<ReturnType<typeof loadPackages>>;

/** Where spans are sent, and the share of traces that is recorded. */
type TracingSettings = Pick<Settings, 'OTEL_SERVICE_NAME' | 'OTEL_TRACES_SAMPLER_ARG'> & {
  readonly endpoint: string;
};

/** A span is seen a moment after it ended. */
const SEND_AFTER_MS = 1_000;

/** With its repetitions. A collector that is away costs the spans, not memory. */
const SEND_WITHIN_MS = 3_000;

/** The end of the process does not wait longer for the collector. */
const CLOSE_WITHIN_MS = 2_000;

/** Spans that one process records below one that it began: a run over millions of persons must stay a trace one can read. */
const MOST_SPANS = 10_000;

/** The name under which a context has the number of spans that may still be recorded below the span that began it. */
const BUDGET = Symbol.for('spans left');

const KINDS = { server: 'SERVER', client: 'CLIENT', consumer: 'CONSUMER', internal: 'INTERNAL' } as const;

/** Latin only, so that no name of a person passes by accident. */
const NAME = /^[A-Za-z][A-Za-z0-9 _./:*{}-]{0,127}$/;

const nameOf = (name: string): string => (NAME.test(name) ? name : 'unnamed');

const HEADER = 'traceparent';

/** Records spans with OpenTelemetry and sends them to a collector. */
export class OpenTelemetryRecorder implements SpanRecorder {
  private readonly current = new AsyncLocalStorage<Context>();
  private readonly propagator: TextMapPropagator;
  private readonly provider: TracerProvider;
  private readonly tracer: Tracer;

  private constructor(
    private readonly packages: Packages,
    settings: TracingSettings,
    log: Log,
  ) {
    const { core, exporter, resources, sdk } = packages;
    this.propagator = new core.W3CTraceContextPropagator();
    const share = new sdk.TraceIdRatioBasedSampler(settings.OTEL_TRACES_SAMPLER_ARG);
    const url = `${settings.endpoint.replace(/\/+$/, '')}/v1/traces`;
    const sender = new exporter.OTLPTraceExporter({ url, timeoutMillis: SEND_WITHIN_MS });
    this.provider = new sdk.TracerProvider({
      // Nothing is detected: the command line and the environment may hold secrets.
      resource: resources.resourceFromAttributes({
        'service.name': settings.OTEL_SERVICE_NAME,
        'service.version': VERSION,
      }),
      // Whether a client recorded its part does not decide how much is recorded here.
      sampler: new sdk.ParentBasedSampler({ root: share, remoteParentSampled: share }),
      spanProcessors: [
        new sdk.BatchSpanProcessor({
          exporter: new ReportingExporter(sender, core.ExportResultCode.FAILED, log),
          scheduledDelayMillis: SEND_AFTER_MS,
        }),
      ],
    });
    this.tracer = this.provider.getTracer('person-verification');
  }

  static async start(settings: TracingSettings, log: Log): Promise<OpenTelemetryRecorder> {
    return new OpenTelemetryRecorder(await loadPackages(), settings, log);
  }

  async inSpan<Result>(
    facts: SpanFacts,
    work: () => Promise<Result>,
    endOf?: (result: Result) => SpanEnd,
  ): Promise<Result> {
    const around = this.contextAround(facts);
    const span = this.startWanted(facts, around);
    if (span === undefined) return work();
    try {
      const result = await this.current.run(this.contextIn(span, around), work);
      if (endOf !== undefined) this.note(span, endOf(result));
      return result;
    } catch (error) {
      const { code, class: name } = describeError(error).toJSON();
      this.note(span, { attributes: { 'error.type': code ?? name }, failed: true });
      throw error;
    } finally {
      span.end();
    }
  }

  finished(facts: SpanFacts, durationMs: number): void {
    this.startWanted(facts, this.contextAround(facts), Date.now() - durationMs)?.end();
  }

  traceparent(): string | undefined {
    const carrier: Record<string, string> = {};
    const { defaultTextMapSetter, ROOT_CONTEXT } = this.packages.api;
    this.propagator.inject(this.current.getStore() ?? ROOT_CONTEXT, carrier, defaultTextMapSetter);
    return carrier[HEADER];
  }

  async close(): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_WITHIN_MS)));
    await Promise.race([this.provider.shutdown().catch(() => undefined), late]);
    clearTimeout(timer);
  }

  /** Only the traceparent is read: what else the standard lets clients pass on would be theirs, not ids. */
  private contextAround({ continues }: SpanFacts): Context {
    const { defaultTextMapGetter, ROOT_CONTEXT } = this.packages.api;
    if (continues === undefined) return this.current.getStore() ?? ROOT_CONTEXT;
    return this.propagator.extract(ROOT_CONTEXT, { [HEADER]: continues }, defaultTextMapGetter);
  }

  private contextIn(span: Span, around: Context): Context {
    return this.packages.api.trace
      .setSpan(around, span)
      .setValue(BUDGET, budgetOf(around) ?? { left: MOST_SPANS });
  }

  private startWanted(facts: SpanFacts, around: Context, startTime?: number): Span | undefined {
    const budget = budgetOf(around);
    if (!this.isWanted(facts, around) || budget?.left === 0) return undefined;
    if (budget !== undefined) budget.left -= 1;
    const kind = this.packages.api.SpanKind[KINDS[facts.kind]];
    const options = { kind, attributes: allowed(facts.attributes), ...(startTime && { startTime }) };
    return this.tracer.startSpan(nameOf(facts.name), options, around);
  }

  private isWanted({ when }: SpanFacts, around: Context): boolean {
    const { trace } = this.packages.api;
    if (when === 'always') return true;
    if (when === 'in_trace') return trace.getSpanContext(around) !== undefined;
    return trace.getSpan(around)?.isRecording() === true;
  }

  private note(span: Span, { name, attributes, failed }: SpanEnd): void {
    if (name !== undefined) span.updateName(nameOf(name));
    span.setAttributes(allowed(attributes));
    // Without a message: it would quote the error.
    if (failed) span.setStatus({ code: this.packages.api.SpanStatusCode.ERROR });
  }
}

function budgetOf(context: Context): { left: number } | undefined {
  return context.getValue(BUDGET) as { left: number } | undefined;
}

/** The attributes that the allow-list lets through. */
function allowed(attributes: SpanAttributes): Attributes {
  const kept: Attributes = {};
  for (const [name, shape] of Object.entries(SPAN_ATTRIBUTES)) {
    const value = allowedValue(shape, attributes[name as keyof SpanAttributes]);
    if (typeof value === 'string' || typeof value === 'number') kept[name] = value;
  }
  return kept;
}

/** Reports once that the collector cannot be reached, and once that it can be again. Spans are dropped meanwhile. */
class ReportingExporter implements SpanExporter {
  private isAway = false;

  constructor(
    private readonly exporter: SpanExporter,
    private readonly failed: ExportResult['code'],
    private readonly log: Log,
  ) {}

  export(spans: ReadableSpan[], done: (result: ExportResult) => void): void {
    this.exporter.export(spans, (result) => {
      this.report(result.code === this.failed);
      done(result);
    });
  }

  shutdown(): Promise<void> {
    return this.exporter.shutdown();
  }

  private report(isAway: boolean): void {
    if (isAway && !this.isAway) this.log.warn('traces not sent, check OTEL_EXPORTER_OTLP_ENDPOINT');
    if (!isAway && this.isAway) this.log.info('traces are sent again');
    this.isAway = isAway;
  }
}
