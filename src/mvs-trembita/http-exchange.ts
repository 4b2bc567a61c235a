import type { IncomingHttpHeaders } from 'node:http';
import type { Dispatcher } from 'undici';
import type { TechnicalErrorKind } from '../domain/verification/technical-error';
import type { WhyRefused } from './soap/answer-refused';
import { mayHoldEnvelope, parseMediaType } from './soap/body-decoder';
import type { Received } from './soap/answer-reader';

/**
 * Error codes of the HTTP library and the kind of technical error they are. Any other code is a broken or refused
 * connection. The deadline is missing because `HttpExchange` keeps it itself.
 */
const HTTP_FAILURES = {
  UND_ERR_HEADERS_OVERFLOW: 'too_large',
  UND_ERR_HEADERS_TIMEOUT: 'timeout',
  UND_ERR_BODY_TIMEOUT: 'timeout',
} as const satisfies Readonly<Record<string, TechnicalErrorKind>>;

/** Limits of an exchange. */
export interface ExchangeTerms {
  readonly timeoutMs: number;
  readonly maxBytes: number;
  readonly refuseSandbox: boolean;
  readonly signal: AbortSignal;
}

/** How the message ended. */
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

/** The connection of an exchange. It carries one message at a time. */
export interface MessageConnection {
  /** A message is about to go out. */
  noteStart(): void;
  /** A whole answer has arrived. */
  noteAnswer(): void;
  /**
   * True when the connection had served before and not one byte has arrived since the message went out: the other
   * side most likely closed an idle connection just as we took it.
   */
  readonly wasStale: boolean;
}

interface Settling {
  resolve(end: ExchangeEnd): void;
  reject(error: Error): void;
  /** Called when the library does not use the connection any more, which may be after the end is known. */
  release(): void;
}

/** Given to the library to abort a request; nothing shows the text. */
const ABANDONED = new Error('the exchange was abandoned');

/** A connection that ended, as opposed to one that was never established. */
const BROKEN: ReadonlySet<string> = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/** The id is logged unchanged, so it must look like an id. */
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
    readonly connection: MessageConnection,
    readonly terms: ExchangeTerms,
    readonly settling: Settling,
  ) {
    this.#bytes = new AnswerBytes(terms.maxBytes);
    this.#timer = setTimeout(expire, terms.timeoutMs, this);
    callsOf(terms.signal).add(this);
  }

  /** The caller needs no answer any more. */
  stop(): void {
    this.#giveUp({ kind: 'stopped' });
  }

  expire(): void {
    this.#giveUp({ kind: 'failed', error: 'timeout' });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    if (this.#isOver) return controller.abort(ABANDONED);
    this.connection.noteStart();
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
      // The reader refuses it by its type alone, so the body is not needed.
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
    this.connection.noteAnswer();
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
      const isRepeatable = this.#status === 0 && BROKEN.has(code) && this.connection.wasStale;
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

  /** Ends the exchange and closes the connection, on which unwanted bytes may still arrive. */
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

/** Enough for any ordinary answer that arrives in pieces. */
const FIRST_SIZE_BYTES = 16_384;

/**
 * Collects a body up to a size limit. A single piece, the usual case, is kept as it is. Several are copied into one
 * buffer as they arrive: a register that sends single bytes must not cost an object for each.
 */
export class AnswerBytes {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  constructor(readonly maxBytes: number) {}

  /** False when the piece would exceed the limit; then it is not kept. */
  add(piece: Buffer): boolean {
    const length = this.#length + piece.length;
    if (length > this.maxBytes) return false;
    if (this.#length === 0) {
      this.#bytes = piece;
    } else {
      if (length > this.#bytes.length) this.#grow(length);
      piece.copy(this.#bytes, this.#length);
    }
    this.#length = length;
    return true;
  }

  /** The bytes received so far. */
  get bytes(): Buffer {
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.subarray(0, this.#length);
  }

  /** Doubles, so that each byte is copied about twice however small the pieces are. */
  #grow(length: number): void {
    const size = Math.min(this.maxBytes, Math.max(FIRST_SIZE_BYTES, length * 2));
    const grown = Buffer.allocUnsafeSlow(size);
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

/** Something under way that can be stopped. */
interface Stoppable {
  stop(): void;
}

const callsBySignal = new WeakMap<AbortSignal, Set<Stoppable>>();

/**
 * The calls that the signal ends. A run has one signal for hundreds of calls; with one listener per call, adding and
 * removing a listener would walk through all the others.
 */
function callsOf(signal: AbortSignal): Set<Stoppable> {
  const known = callsBySignal.get(signal);
  if (known !== undefined) return known;
  const calls = new Set<Stoppable>();
  callsBySignal.set(signal, calls);
  const stopAll = (): void => {
    for (const call of [...calls]) call.stop();
  };
  signal.addEventListener('abort', stopAll, { once: true });
  return calls;
}
