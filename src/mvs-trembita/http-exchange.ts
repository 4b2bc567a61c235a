import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import { AnswerBytes } from './answer-bytes';
import { callsOf } from './calls-of-signal';
import type { TechnicalErrorKind } from '../domain/technical-error';
import { HTTP_FAILURES } from './http-failures.table';
import type { ServerLine } from './server-line';
import type { WhyRefused } from './soap/answer-refused';
import { mayHoldEnvelope, parseMediaType } from './soap/media-type';
import type { Received } from './soap/read-answer';

/** What an exchange must keep to. */
export interface ExchangeTerms {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly refuseSandbox: boolean;
  readonly signal: AbortSignal;
}

/** What became of the message. */
type Ending =
  | { readonly kind: 'received'; readonly answer: Received }
  | {
      readonly kind: 'failed';
      readonly error: TechnicalErrorKind;
      readonly why?: WhyRefused;
      readonly isRepeatable?: boolean;
    }
  | { readonly kind: 'stopped' };

/** How an exchange over HTTP ended. */
export interface ExchangeEnd {
  readonly ending: Ending;
  readonly sentAtMs: number;
  readonly uxpTransactionId: string | undefined;
}

interface Settling {
  resolve(end: ExchangeEnd): void;
  reject(error: Error): void;
  /** Called when the library has let go of the line, which may be after the end is known. */
  release(): void;
}

/** Told to the library when we lose interest; the text goes nowhere. */
const ABANDONED = new Error('the exchange was given up');
/** A connection that ended, as opposed to one that never came about. */
const BROKEN: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);
/** An id is logged as it came, so it must look like one. */
const TRANSACTION_ID = /^[\w.:-]{1,128}$/;
const NO_BYTES = Buffer.alloc(0);

/** One message and its answer. Ends once: by the answer, a failure, its deadline, or the caller. */
export class HttpExchange implements Dispatcher.DispatchHandler {
  readonly #bytes: AnswerBytes;
  readonly #timer: NodeJS.Timeout;
  #controller: Dispatcher.DispatchController | undefined;
  #sentAtMs = performance.now();
  #status = 0;
  #headers: IncomingHttpHeaders = {};
  #isOver = false;

  constructor(
    readonly line: ServerLine,
    readonly terms: ExchangeTerms,
    readonly settling: Settling,
  ) {
    this.#bytes = new AnswerBytes(terms.maxBytes);
    this.#timer = setTimeout(expire, terms.timeoutMs, this);
    callsOf(terms.signal).add(this);
  }

  /** The caller wants no answer any more. */
  stop(): void {
    this.#giveUp({ kind: 'stopped' });
  }

  expire(): void {
    this.#giveUp({ kind: 'failed', error: 'timeout' });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) return controller.abort(ABANDONED);
    this.line.noteStart();
    this.#sentAtMs = performance.now();
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: IncomingHttpHeaders,
  ): void {
    if (status < 200 || this.#isOver) return;
    this.#status = status;
    this.#headers = headers;
    if (this.terms.refuseSandbox && headers['x-sandbox'] !== undefined) {
      this.#giveUp({ kind: 'failed', error: 'foreign_answer', why: 'sandbox' });
    } else if (!mayHoldEnvelope(parseMediaType(headers['content-type']).essence)) {
      // The reader refuses it by its type alone, so the body need not come.
      this.#giveUp(this.#received(NO_BYTES));
    } else if (Number(headers['content-length']) > this.terms.maxBytes) {
      this.#giveUp({ kind: 'failed', error: 'too_large', why: 'size' });
    }
  }

  onResponseData(_controller: Dispatcher.DispatchController, piece: Buffer): void {
    if (this.#isOver || this.#bytes.add(piece)) return;
    this.#giveUp({ kind: 'failed', error: 'too_large', why: 'size' });
  }

  onResponseEnd(): void {
    this.line.noteAnswer();
    this.settling.release();
    this.#end(this.#received(this.#bytes.bytes));
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.settling.release();
    if (this.#isOver) return;
    const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    if (error.name === 'HTTPParserError') {
      this.#end({ kind: 'failed', error: 'unreadable_answer', why: 'not_http' });
    } else if (code === undefined || code === 'UND_ERR_INVALID_ARG') {
      this.#finish();
      this.settling.reject(error);
    } else {
      const isRepeatable = this.#status === 0 && BROKEN.has(code) && this.line.wasStale;
      this.#end({ kind: 'failed', error: failureOf(code), isRepeatable });
    }
  }

  #received(bytes: Buffer): Ending {
    return {
      kind: 'received',
      answer: {
        status: this.#status,
        contentType: this.#headers['content-type'],
        contentEncoding: this.#headers['content-encoding'],
        bytes,
      },
    };
  }

  /** Ends the exchange and closes the connection, on which something unwanted may still be coming. */
  #giveUp(ending: Ending): void {
    this.#end(ending);
    this.#controller?.abort(ABANDONED);
  }

  #end(ending: Ending): void {
    if (this.#isOver) return;
    this.#finish();
    const id = this.#headers['uxp-transaction-id'];
    const uxpTransactionId = typeof id === 'string' && TRANSACTION_ID.test(id) ? id : undefined;
    this.settling.resolve({ ending, sentAtMs: this.#sentAtMs, uxpTransactionId });
  }

  #finish(): void {
    this.#isOver = true;
    clearTimeout(this.#timer);
    callsOf(this.terms.signal).delete(this);
  }
}

function expire(exchange: HttpExchange): void {
  exchange.expire();
}

function failureOf(code: string): TechnicalErrorKind {
  return code in HTTP_FAILURES ? HTTP_FAILURES[code as keyof typeof HTTP_FAILURES] : 'connection';
}
