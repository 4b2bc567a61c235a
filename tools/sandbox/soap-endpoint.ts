import type { IncomingMessage, ServerResponse } from 'node:http';
import { AnswerChoice } from './answer-choice';
import { readRequest, RefusedRequest, type RegisterRequest, type Method } from './request-reader';
import type { Script } from './answer-script';
import { sendAnswer, sendRefusal } from './answer-sender';

/** How a sandbox behaves from its start; everything except the seed can be changed while it runs. */
export interface Behaviour {
  readonly latencyMs: number;
  /** From 0 to 1. */
  readonly failureRate: number;
  readonly seed: string;
  /** How many requests the log keeps. */
  readonly keepRequests: number;
}

/** The endpoint for SOAP messages: reads a request, logs it, chooses the answer at once and sends it in due time. */
export class SoapEndpoint {
  readonly log: RequestLog;
  readonly choice: AnswerChoice;
  readonly holds = new HeldAnswers();
  latencyMs: number;
  private readonly unanswered = new Set<ServerResponse>();
  private previous: RegisterRequest | undefined;

  constructor(behaviour: Behaviour) {
    this.log = new RequestLog(behaviour.keepRequests);
    this.choice = new AnswerChoice(behaviour.failureRate, behaviour.seed);
    this.latencyMs = behaviour.latencyMs;
  }

  receive(incoming: IncomingMessage, response: ServerResponse): void {
    readBody(incoming, (body) => {
      if (body instanceof BodyTooLong) this.refuseTooLong(incoming, response);
      else this.answer(body, incoming.headers['content-type'] ?? '', response);
    });
  }

  /** Cuts every connection that waits for an answer. */
  cutUnanswered(): void {
    for (const response of this.unanswered) response.socket?.destroy();
  }

  private refuseTooLong(incoming: IncomingMessage, response: ServerResponse): void {
    response.shouldKeepAlive = false;
    response.once('finish', () => incoming.destroy());
    sendRefusal(response, { soap: '1.2', code: 'Client.InvalidRequest', httpStatus: 413 });
  }

  private answer(body: Buffer, contentType: string, response: ServerResponse): void {
    const request = readOrRefuse(body, contentType);
    if (request instanceof RefusedRequest) {
      sendRefusal(response, { soap: request.soap, code: request.code, httpStatus: 500 });
      return;
    }
    // The register looks the document up when the question arrives; a later change affects later questions only.
    const question = { request, response, script: this.choice.scriptFor(request), previous: this.previous };
    this.previous = request;
    const delayMs = this.latencyMs + delayOf(question.script);
    this.follow(request, response);
    this.holds.pass({ key: request.key, count: this.log.count }, () => {
      if (delayMs > 0) setTimeout(sendAnswer, delayMs, question).unref();
      else sendAnswer(question);
    });
  }

  private follow(request: RegisterRequest, response: ServerResponse): void {
    this.unanswered.add(response);
    const record: RequestRecord = this.log.add(request, response.req.headers['traceparent']);
    response.once('close', () => {
      this.unanswered.delete(response);
      record.ended = response.writableFinished ? 'answered' : 'closed';
    });
  }
}

function readOrRefuse(body: Buffer, contentType: string): RegisterRequest | RefusedRequest {
  try {
    return readRequest(body, contentType);
  } catch (error) {
    if (error instanceof RefusedRequest) return error;
    throw error;
  }
}

function delayOf(script: Script): number {
  return script.sends === 'envelope' ? (script.afterMs ?? 0) : 0;
}

/** Which answers are held; without a filter all of them until they are released. */
export interface HoldFilter {
  /** Only the answers about one document or UNZR. */
  readonly key?: string | undefined;
  /** Only the answers to this many next requests; later ones pass. */
  readonly next?: number | undefined;
}

interface Hold {
  readonly key: string | undefined;
  left: number;
  readonly held: (() => void)[];
}

/** A question whose answer may be held: what it is about, and its number since the log was last forgotten. */
interface HeldQuestion {
  readonly key: string;
  readonly count: number;
}

/** Holds finished answers, so that a test can order events by state and not by time. */
export class HeldAnswers {
  private readonly holds = new Set<Hold>();
  private limit = Infinity;
  private beyondLimit: { readonly question: HeldQuestion; readonly send: () => void }[] = [];

  /** Answers the first so many questions and holds the answers to all later ones until the limit is raised. */
  answerUpTo(limit: number): void {
    this.limit = limit;
    const waiting = this.beyondLimit;
    this.beyondLimit = [];
    for (const { question, send } of waiting) this.pass(question, send);
  }

  /** Starts holding; the returned function releases exactly these answers. */
  start({ key, next }: HoldFilter): () => void {
    const hold: Hold = { key, left: next ?? Infinity, held: [] };
    this.holds.add(hold);
    return () => this.release(hold);
  }

  releaseAll(): void {
    for (const hold of [...this.holds]) this.release(hold);
  }

  /** Sends now, or when the limit or the hold that caught it is lifted. */
  pass(question: HeldQuestion, send: () => void): void {
    const { key, count } = question;
    if (count > this.limit) {
      this.beyondLimit.push({ question, send });
      return;
    }
    for (const hold of this.holds) {
      if (hold.left > 0 && (hold.key === undefined || hold.key === key)) {
        hold.left -= 1;
        hold.held.push(send);
        return;
      }
    }
    send();
  }

  get isHolding(): boolean {
    return this.holds.size > 0;
  }

  private release(hold: Hold): void {
    this.holds.delete(hold);
    for (const send of hold.held.splice(0)) send();
  }
}

/** One message that reached the sandbox. */
export interface RequestRecord {
  /** Counts from 1, without gaps. */
  readonly sequence: number;
  /** Milliseconds since 1970 with fractions, of a clock that never jumps: rates are computed from it. */
  readonly atMs: number;
  readonly messageId: string;
  readonly method: Method;
  /** The passport's series and number, or the UNZR. */
  readonly key: string;
  /** The header of this name, if it was sent. */
  readonly traceparent?: unknown;
  /** `closed` when the connection ended before the whole answer was sent, whichever side ended it. */
  ended: 'open' | 'answered' | 'closed';
}

interface Waiter {
  readonly count: number;
  readonly key: string | undefined;
  readonly resolve: () => void;
}

/** The latest requests, and promises for later ones. Its size is limited, for benchmarks that run for hours. */
export class RequestLog {
  private records: RequestRecord[] = [];
  private sequence = 0;
  private forgotten = 0;
  private waiters: Waiter[] = [];

  constructor(private readonly limit: number) {}

  add(request: Pick<RequestRecord, 'messageId' | 'method' | 'key'>, traceparent?: unknown): RequestRecord {
    const { messageId, method, key } = request;
    const atMs = performance.timeOrigin + performance.now();
    const trace = traceparent === undefined ? {} : { traceparent };
    const sequence = ++this.sequence;
    const record: RequestRecord = { sequence, atMs, messageId, method, key, ...trace, ended: 'open' };
    this.records.push(record);
    // Cut in large pieces: shifting one record per request would move the whole array each time.
    if (this.records.length > this.limit * 2) this.records = this.records.slice(-this.limit);
    if (this.waiters.length > 0) this.wake();
    return record;
  }

  /** The records after a sequence number, at most as many as the limit. */
  since(sequence = 0): readonly RequestRecord[] {
    return this.records.slice(-this.limit).filter((record) => record.sequence > sequence);
  }

  /** How many requests arrived since the start or the last `forget`, including those no longer kept. */
  get count(): number {
    return this.sequence - this.forgotten;
  }

  /** Resolves when this many requests have arrived, for one document if a key is given. */
  reach(count: number, key?: string): Promise<void> {
    return new Promise((resolve) => {
      this.waiters.push({ count, key, resolve });
      this.wake();
    });
  }

  /** Deletes the records. The sequence continues, so that a reader by sequence misses nothing. */
  forget(): void {
    this.records = [];
    this.forgotten = this.sequence;
  }

  private wake(): void {
    const isReached = ({ count, key }: Waiter) => {
      return (key === undefined ? this.count : this.countFor(key)) >= count;
    };
    const reached = this.waiters.filter(isReached);
    if (reached.length === 0) return;
    this.waiters = this.waiters.filter((waiter) => !reached.includes(waiter));
    for (const waiter of reached) waiter.resolve();
  }

  private countFor(key: string): number {
    return this.records.filter((record) => record.key === key).length;
  }
}

/** The message is longer than the sandbox reads. */
export class BodyTooLong extends Error {}

/** A question has two kilobytes; the limit keeps a mistaken upload out of memory. */
const LONGEST_BODY_BYTES = 64 * 1024;

/** Passes the whole body to `done` once it has arrived; `done` is not called if the sender disconnects before. */
export function readBody(
  incoming: IncomingMessage,
  done: (outcome: Buffer | BodyTooLong) => void,
  longest = LONGEST_BODY_BYTES,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  incoming.on('error', () => undefined);
  incoming.on('data', (chunk: Buffer) => {
    const wasWithin = length <= longest;
    length += chunk.length;
    if (length <= longest) chunks.push(chunk);
    else if (wasWithin) done(new BodyTooLong());
  });
  incoming.on('end', () => {
    const [first] = chunks;
    if (length <= longest) done(chunks.length === 1 && first ? first : Buffer.concat(chunks));
  });
}
