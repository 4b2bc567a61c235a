import type { FieldShape } from './log-fields';

/**
 * The only attributes of a span, with their shapes; names as in the semantic conventions of OpenTelemetry where they have
 * one. What is not listed, or has another shape, is dropped, as in the log: no data of persons, no text of statements.
 */
export const SPAN_ATTRIBUTES = {
  'http.request.method': 'word',
  'http.route': 'route',
  'http.response.status_code': 'number',
  'messaging.destination.name': 'word',
  'job.name': 'word',
  'job.run_id': 'uuid',
  'rpc.method': 'word',
  'register.message_id': 'uuid',
  'db.system.name': 'word',
  /** The name of a prepared statement, or the first word of another one. */
  'db.query.summary': 'word',
  'error.type': 'word',
} as const satisfies Record<string, FieldShape>;

/** Attributes of a span. */
export type SpanAttributes = {
  readonly [Name in keyof typeof SPAN_ATTRIBUTES]?: string | number | undefined;
};

/** What a span is about. */
export interface SpanFacts {
  /** Made of constants and names from closed lists. */
  readonly name: string;
  readonly kind: 'server' | 'client' | 'consumer' | 'internal';
  readonly attributes: SpanAttributes;
  /** A W3C traceparent of another process, which the span continues if it is valid. */
  readonly continues?: unknown;
  /**
   * When there is a span at all: always; in a trace that has begun; or while the span around it is open. Timers outlive
   * the request that set them, and what they do then is not part of it.
   */
  readonly when: 'always' | 'in_trace' | 'in_open_span';
}

/** What was learnt about a span while it lasted. */
export interface SpanEnd {
  readonly name?: string;
  readonly attributes: SpanAttributes;
  readonly failed: boolean;
}

/** Records spans. It exists only while tracing is on. */
export interface SpanRecorder {
  /** Does the work, with a span around it. A failure of the work ends the span as failed and is thrown on. */
  inSpan<Result>(
    span: SpanFacts,
    work: () => Promise<Result>,
    endOf?: (result: Result) => SpanEnd,
  ): Promise<Result>;
  /** Records what has just taken so long, below the open span. */
  finished(span: SpanFacts, durationMs: number): void;
  /** The present span as a W3C traceparent, for another process. */
  traceparent(): string | undefined;
  /** Sends what is recorded, within two seconds. */
  close(): Promise<void>;
}

/**
 * The recorder of this process; undefined while tracing is off, and then nothing else of tracing runs. Process-wide like
 * the context it follows.
 */
export const tracing: { recorder: SpanRecorder | undefined } = { recorder: undefined };
