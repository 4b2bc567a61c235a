import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { TECHNICAL_ERROR_KINDS, type TechnicalErrorKind } from '../domain/verification/technical-error';
import { Log, Metrics, startAtZero, tracing } from '../observability';
import type { ExchangeEnd } from './http-exchange';
import type { Permit, Turn } from './limiter/permit-queue';
import { RegisterLimiter } from './limiter/register-limiter.service';
import { METHODS, type RegisterMethod } from './register-methods.table';
import { SecurityServerClient } from './security-server.client';
import { type Echo, type Expected, readAnswer } from './soap/answer-reader';
import type { WhyRefused } from './soap/answer-refused';
import type { XmlElement } from './soap/envelope';
import type { WriteRequest } from './soap/request-writer';
import { TrembitaSettings } from './trembita.settings';

interface SentMessage {
  /** The evidence that the security server keeps is fetched by this id. */
  messageId: string;
  /** `performance.now()` just before the bytes went to the socket: orders answers by when they were asked for. */
  sentAtMs: number;
  durationMs: number;
}

/** How a question to the register ended. */
export type CallOutcome<A> =
  | ({ kind: 'answer'; answer: A } & SentMessage)
  | ({ kind: 'technical_error'; error: TechnicalErrorKind } & SentMessage)
  | { kind: 'not_asked'; why: 'circuit_open' | 'stopped' };

/** One method, prepared: what goes out with every message, and what must come back. */
export interface PreparedMethod {
  readonly method: RegisterMethod;
  readonly headers: string[];
  readonly write: WriteRequest;
  /** Null when the echo check is off. */
  readonly echo: Echo | null;
}

/** One question: its values in the order of the method's fields, and how its answer is read. */
export interface Question<A> {
  readonly prepared: PreparedMethod;
  readonly values: readonly string[];
  readonly readFields: (bodyChild: XmlElement) => A;
}

/** What ends a question early, and its place in the queue. */
export interface CallTerms {
  /** The caller needs no answer any more. */
  readonly signal: AbortSignal;
  /** Nothing is sent any more; aborted with the signal or before it. */
  readonly stop: AbortSignal;
  readonly turn?: Turn | undefined;
}

interface Attempt<A> {
  readonly outcome: CallOutcome<A>;
  readonly isRepeatable: boolean;
}

interface AttemptTerms {
  readonly signal: AbortSignal;
  /** Ends the wait for a permit. */
  readonly permitSignal: AbortSignal;
  readonly turn: Turn | undefined;
  readonly timeoutMs: number;
}

interface Sending {
  readonly messageId: string;
  readonly body: string;
  readonly permit: Permit;
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** How a message that was sent may end. */
const CALL_ENDS = ['answered', 'stopped', ...TECHNICAL_ERROR_KINDS] as const;

/** What is logged about a message. It has no field for anybody's data. */
export interface CallFacts {
  messageId: string;
  method: RegisterMethod;
  durationMs: number;
  end: (typeof CALL_ENDS)[number];
  /** Which rule the answer broke; only for answers that could not be read. */
  why?: WhyRefused;
  /** The operators of the security server need it to find the message. */
  uxpTransactionId?: string;
}

/**
 * One log line and two metrics per message. An answered call is logged at debug level (the audit log keeps its message
 * id). Refused access is an error, because only people can fix it.
 */
@Injectable()
export class CallLog {
  constructor(
    private readonly log: Log,
    private readonly metrics: Metrics,
  ) {
    startAtZero(metrics.registerCalls, { method: Object.keys(METHODS), end: CALL_ENDS });
  }

  /** Records one message that was sent, when it has ended. */
  record({ messageId, method, durationMs, end, why, uxpTransactionId }: CallFacts): void {
    this.metrics.registerCalls.inc({ method, end });
    this.metrics.registerCallSeconds.observe({ method }, durationMs / 1000);
    const line = {
      message_id: messageId,
      method,
      duration_ms: Math.round(durationMs),
      end,
      why,
      uxp_transaction_id: uxpTransactionId,
    };
    if (end === 'answered' || end === 'stopped') this.log.debug('register called', line);
    else if (end === 'fault_configuration') {
      this.log.error(
        'register refuses our access: check TREMBITA_* settings and the access rights',
        undefined,
        line,
      );
    } else this.log.warn('register gave no usable answer', line);
  }
}

/** Asks one question: a permit, a message, its answer; once more when the connection was stale. */
@Injectable()
export class RegisterCalls {
  constructor(
    private readonly settings: TrembitaSettings,
    private readonly server: SecurityServerClient,
    private readonly limiter: RegisterLimiter,
    private readonly log: CallLog,
  ) {}

  /** Rejects only for a bug and for text that XML cannot carry (`UnsendableText`). */
  async call<A>(question: Question<A>, terms: CallTerms): Promise<CallOutcome<A>> {
    const first = await this.attempt(question, {
      signal: terms.signal,
      permitSignal: terms.stop,
      turn: terms.turn,
      timeoutMs: this.settings.timeoutMs,
    });
    return first.isRepeatable ? this.repeat(question, first.outcome, terms) : first.outcome;
  }

  /** The second message shares the first one's deadline; without a permit in time the first outcome counts. */
  private async repeat<A>(
    question: Question<A>,
    first: CallOutcome<A>,
    { signal, stop, turn }: CallTerms,
  ): Promise<CallOutcome<A>> {
    if (first.kind === 'not_asked') return first;
    const leftMs = Math.floor(first.sentAtMs + this.settings.timeoutMs - performance.now());
    if (leftMs <= 0) return first;
    const permitSignal = AbortSignal.any([stop, AbortSignal.timeout(leftMs)]);
    const { outcome } = await this.attempt(question, { signal, permitSignal, turn, timeoutMs: leftMs });
    return outcome.kind === 'not_asked' && !stop.aborted ? first : outcome;
  }

  private async attempt<A>(question: Question<A>, terms: AttemptTerms): Promise<Attempt<A>> {
    if (terms.permitSignal.aborted) return STOPPED;
    const { method, write } = question.prepared;
    const messageId = randomUUID();
    // Written before a permit is requested: a value that cannot be sent must not hold a permit.
    const body = write(messageId, question.values);
    const permit = await this.limiter.permit(method, terms.permitSignal, terms.turn);
    if (permit === 'stopped') return STOPPED;
    if (permit === 'circuit_open') return CIRCUIT_OPEN;
    if (terms.permitSignal.aborted) {
      permit.done('not_sent');
      return STOPPED;
    }
    const { signal, timeoutMs } = terms;
    return this.tracedExchange(question, { messageId, body, permit, signal, timeoutMs });
  }

  private tracedExchange<A>(question: Question<A>, sending: Sending): Promise<Attempt<A>> {
    const { recorder } = tracing;
    if (recorder === undefined) return this.exchange(question, sending);
    const { method } = question.prepared;
    const attributes = { 'rpc.method': method, 'register.message_id': sending.messageId };
    return recorder.inSpan(
      { name: `register ${method}`, kind: 'client', when: 'in_open_span', attributes },
      () => this.exchange(question, sending),
      ({ outcome }) => ({
        attributes: { 'error.type': outcome.kind === 'technical_error' ? outcome.error : undefined },
        failed: outcome.kind === 'technical_error',
      }),
    );
  }

  private async exchange<A>(question: Question<A>, sending: Sending): Promise<Attempt<A>> {
    const { prepared, readFields } = question;
    const { messageId, permit } = sending;
    const { maxResponseBytes: maxBytes } = this.settings;
    let end: ExchangeEnd;
    let verdict: Verdict<A>;
    try {
      end = await this.post(prepared, sending);
      verdict = judge(end, { messageId, echo: prepared.echo, maxBytes, readFields });
    } catch (bug) {
      permit.done('not_sent');
      throw bug;
    }
    const { ending, sentAtMs, uxpTransactionId } = end;
    const sent = { messageId, sentAtMs, durationMs: performance.now() - sentAtMs };
    permit.done(verdict.end === 'stopped' ? 'not_sent' : verdict.end);
    this.log.record(factsOf(prepared.method, verdict, { ...sent, uxpTransactionId }));
    const isRepeatable = ending.kind === 'failed' && ending.isRepeatable === true;
    return { outcome: outcomeOf(verdict, sent), isRepeatable };
  }

  private post({ headers }: PreparedMethod, { body, signal, timeoutMs }: Sending): Promise<ExchangeEnd> {
    const { maxResponseBytes: maxBytes, refuseSandbox } = this.settings;
    const traceparent = tracing.recorder?.traceparent();
    const all = traceparent === undefined ? headers : [...headers, 'traceparent', traceparent];
    return this.server.post({ headers: all, body }, { timeoutMs, maxBytes, refuseSandbox, signal });
  }
}

/** How an exchange ended, in the words of the log. */
type Verdict<A> =
  | { readonly end: 'answered'; readonly answer: A }
  | { readonly end: 'stopped' }
  | { readonly end: TechnicalErrorKind; readonly why?: WhyRefused | undefined };

function judge<A>({ ending }: ExchangeEnd, expected: Expected<A>): Verdict<A> {
  if (ending.kind === 'stopped') return { end: 'stopped' };
  if (ending.kind === 'failed') return { end: ending.error, why: ending.why };
  const reading = readAnswer(ending.answer, expected);
  return reading.ok ? { end: 'answered', answer: reading.answer } : { end: reading.error, why: reading.why };
}

function factsOf(
  method: RegisterMethod,
  verdict: Verdict<unknown>,
  sent: { messageId: string; durationMs: number; uxpTransactionId: string | undefined },
): CallFacts {
  const { messageId, durationMs, uxpTransactionId } = sent;
  const facts: CallFacts = { messageId, method, durationMs, end: verdict.end };
  if ('why' in verdict && verdict.why !== undefined) facts.why = verdict.why;
  if (uxpTransactionId !== undefined) facts.uxpTransactionId = uxpTransactionId;
  return facts;
}

function outcomeOf<A>(verdict: Verdict<A>, sent: SentMessage): CallOutcome<A> {
  if (verdict.end === 'answered') return { kind: 'answer', answer: verdict.answer, ...sent };
  // A question stopped in flight counts as never asked: the person is released unchanged.
  if (verdict.end === 'stopped') return STOPPED.outcome;
  return { kind: 'technical_error', error: verdict.end, ...sent };
}

const STOPPED = { outcome: { kind: 'not_asked', why: 'stopped' }, isRepeatable: false } as const;
const CIRCUIT_OPEN = { outcome: { kind: 'not_asked', why: 'circuit_open' }, isRepeatable: false } as const;
