import type { Server } from 'node:http';
import type { SoapEndpoint, HoldFilter, RequestRecord } from './soap-endpoint';
import type { Mode, AnswerName } from './answer-choice';

/** A running sandbox, for tests, drills and benchmarks in the same process. */
export class Sandbox {
  readonly url: string;

  constructor(
    private readonly server: Server,
    private readonly soap: SoapEndpoint,
    readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}/`;
  }

  /** The remembered requests after this sequence number. */
  requests(sinceSequence = 0): readonly RequestRecord[] {
    return this.soap.log.since(sinceSequence);
  }

  /** The remembered requests about one passport (`ТТ000001`) or UNZR. */
  requestsFor(key: string): readonly RequestRecord[] {
    return this.requests().filter((record) => record.key === key);
  }

  /** How many requests arrived since the start or `forgetRequests`. */
  get requestCount(): number {
    return this.soap.log.count;
  }

  /** Resolves when this many requests have arrived since the start or `forgetRequests`. */
  waitForRequests(count: number, key?: string): Promise<void> {
    return this.soap.log.reach(count, key);
  }

  forgetRequests(): void {
    this.soap.log.forget();
  }

  /** Holds the answers to requests that arrive from now on; call the result to release them. */
  hold(filter: HoldFilter = {}): () => void {
    return this.soap.holds.start(filter);
  }

  /** Ends every hold. */
  release(): void {
    this.soap.holds.releaseAll();
  }

  /**
   * Holds the answers to all requests after the first so many since the start or `forgetRequests`; null answers all.
   * A drill keeps a run going with it until its faults have happened.
   */
  answerUpTo(requests: number | null): void {
    this.soap.holds.answerUpTo(requests ?? Infinity);
  }

  /** Fixes the answer about one document from the next request on. */
  answer(key: string, answer: AnswerName): void {
    this.soap.choice.mark(key, answer);
  }

  /** Reverts `answer`, for one document or all. */
  forgetAnswers(key?: string): void {
    this.soap.choice.forget(key);
  }

  /** Changes what every request gets; `down` also cuts the connections that exist. */
  mode(mode: Mode): void {
    this.soap.choice.mode = mode;
    if (mode !== 'down') return;
    this.soap.cutUnanswered();
    this.server.closeIdleConnections();
  }

  latency(latencyMs: number): void {
    this.soap.latencyMs = latencyMs;
  }

  failureRate(share: number): void {
    this.soap.choice.failureRate = share;
  }

  /** The present behaviour, for the control API. */
  get behaviour() {
    const { choice, holds, latencyMs } = this.soap;
    return { mode: choice.mode, latencyMs, failureRate: choice.failureRate, hold: holds.isHolding };
  }

  /** Ends the sandbox and every connection to it, hanging ones too. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}
