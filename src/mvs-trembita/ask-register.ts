import { randomUUID } from 'node:crypto';
import type { CallFacts, CallLog } from './call-log';
import type { TechnicalErrorKind } from '../domain/technical-error';
import type { CallOutcome } from './call-outcome';
import type { ExchangeEnd } from './http-exchange';
import type { Permit, RegisterGate, RegisterMethod, Turn } from './register-gate';
import type { SecurityServerClient } from './security-server.client';
import type { WhyRefused } from './soap/answer-refused';
import type { Echo } from './soap/check-echo';
import type { XmlElement } from './soap/parse-envelope';
import { readAnswer, type Expected } from './soap/read-answer';
import type { WriteRequest } from './soap/write-request';

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

/** What asking needs besides the question. */
export interface AskRegisterParts {
  readonly server: SecurityServerClient;
  readonly gate: RegisterGate;
  readonly log: CallLog;
  readonly limits: {
    readonly timeoutMs: number;
    readonly maxResponseBytes: number;
    readonly refuseSandbox: boolean;
  };
}

interface Attempt<A> {
  readonly outcome: CallOutcome<A>;
  readonly isRepeatable: boolean;
}

/** What ends a question early. */
interface Until {
  /** Nobody waits for the answer any more. */
  readonly signal: AbortSignal;
  /** Nothing is sent any more; it comes with the signal or before it. */
  readonly stop: AbortSignal;
  readonly turn?: Turn | undefined;
}

interface AttemptTerms {
  readonly signal: AbortSignal;
  /** Ends the waiting for a permit. */
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

/** Asks one question: a permit, a message, its answer; once more when the connection was stale. */
export class AskRegister {
  constructor(readonly parts: AskRegisterParts) {}

  async run<A>(question: Question<A>, until: Until): Promise<CallOutcome<A>> {
    const { timeoutMs } = this.parts.limits;
    const first = await this.#attempt(question, {
      signal: until.signal,
      permitSignal: until.stop,
      turn: until.turn,
      timeoutMs,
    });
    return first.isRepeatable ? this.#again(question, first.outcome, until) : first.outcome;
  }

  /** The second message shares the first one's deadline; without a permit in time the first one stands. */
  async #again<A>(
    question: Question<A>,
    first: CallOutcome<A>,
    { signal, stop, turn }: Until,
  ): Promise<CallOutcome<A>> {
    if (first.kind === 'not_asked') return first;
    const leftMs = Math.floor(first.sentAtMs + this.parts.limits.timeoutMs - performance.now());
    if (leftMs <= 0) return first;
    const permitSignal = AbortSignal.any([stop, AbortSignal.timeout(leftMs)]);
    const { outcome } = await this.#attempt(question, { signal, permitSignal, turn, timeoutMs: leftMs });
    return outcome.kind === 'not_asked' && !stop.aborted ? first : outcome;
  }

  async #attempt<A>(question: Question<A>, terms: AttemptTerms): Promise<Attempt<A>> {
    if (terms.permitSignal.aborted) return STOPPED;
    const { method, write } = question.prepared;
    const messageId = randomUUID();
    // Written before a permit is taken: a value that cannot be sent must not hold a place.
    const body = write(messageId, question.values);
    const permit = await this.parts.gate.permit(method, terms.permitSignal, terms.turn);
    if (permit === 'stopped') return STOPPED;
    if (permit === 'gate_shut') return GATE_SHUT;
    if (terms.permitSignal.aborted) {
      permit.done('not_sent');
      return STOPPED;
    }
    const { signal, timeoutMs } = terms;
    return this.#exchange(question, { messageId, body, permit, signal, timeoutMs });
  }

  async #exchange<A>(question: Question<A>, sending: Sending): Promise<Attempt<A>> {
    const { prepared, readFields } = question;
    const { messageId, permit } = sending;
    const { maxResponseBytes: maxBytes } = this.parts.limits;
    let end: ExchangeEnd;
    let verdict: Verdict<A>;
    try {
      end = await this.#post(prepared, sending);
      verdict = judge(end, { messageId, echo: prepared.echo, maxBytes, readFields });
    } catch (bug) {
      permit.done('not_sent');
      throw bug;
    }
    const { ending, sentAtMs, uxpTransactionId } = end;
    const sent = { messageId, sentAtMs, durationMs: performance.now() - sentAtMs };
    permit.done(verdict.end === 'stopped' ? 'not_sent' : verdict.end);
    this.parts.log.called(factsOf(prepared.method, verdict, { ...sent, uxpTransactionId }));
    const isRepeatable = ending.kind === 'failed' && ending.isRepeatable === true;
    return { outcome: outcomeOf(verdict, sent), isRepeatable };
  }

  #post({ headers }: PreparedMethod, { body, signal, timeoutMs }: Sending): Promise<ExchangeEnd> {
    const { maxResponseBytes: maxBytes, refuseSandbox } = this.parts.limits;
    return this.parts.server.post({ headers, body }, { timeoutMs, maxBytes, refuseSandbox, signal });
  }
}

/** What an exchange came to, in the words of the log. */
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

function outcomeOf<A>(
  verdict: Verdict<A>,
  sent: { messageId: string; sentAtMs: number; durationMs: number },
): CallOutcome<A> {
  if (verdict.end === 'answered') return { kind: 'answer', answer: verdict.answer, ...sent };
  // Stopped in flight, the question counts as never asked: the person is to be released as before.
  if (verdict.end === 'stopped') return STOPPED.outcome;
  return { kind: 'technical_error', error: verdict.end, ...sent };
}

const STOPPED = { outcome: { kind: 'not_asked', why: 'stopped' }, isRepeatable: false } as const;
const GATE_SHUT = { outcome: { kind: 'not_asked', why: 'gate_shut' }, isRepeatable: false } as const;
