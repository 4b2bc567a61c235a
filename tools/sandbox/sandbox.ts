import type { Server } from 'node:http';
import type { AnswerSoap } from './answer-soap';
import type { Mode } from './choose-answer';
import type { HoldWishes } from './hold-answers';
import type { RequestRecord } from './request-log';
import type { AnswerName } from './answers/scripted-answers';

/** A running sandbox, as tests, drills and benchmarks hold it in their hand. */
export class Sandbox {
  readonly url: string;

  constructor(
    private readonly server: Server,
    private readonly soap: AnswerSoap,
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

  /** How many requests came since the start or `forgetRequests`. */
  get requestCount(): number {
    return this.soap.log.count;
  }

  /** Resolves when so many requests have come since the start or `forgetRequests`. */
  waitForRequests(count: number, key?: string): Promise<void> {
    return this.soap.log.reach(count, key);
  }

  forgetRequests(): void {
    this.soap.log.forget();
  }

  /** Keeps back the answers to requests that come from now on; call the result to let go of them. */
  hold(wishes: HoldWishes = {}): () => void {
    return this.soap.holds.start(wishes);
  }

  /** Ends every hold. */
  release(): void {
    this.soap.holds.releaseAll();
  }

  /** Fixes the answer about one document from the next request on. */
  answer(key: string, answer: AnswerName): void {
    this.soap.choice.mark(key, answer);
  }

  /** Takes back `answer`, for one document or all. */
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

  /** What an operator may want to see of the present behaviour. */
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
