import type { RegisterMethod } from '../register-methods.table';
import type { BreakerRow, CircuitBreakerRepository } from './limiter.repository';
import { type CallCounts, type CallEnd, isDead, type LimiterSettings, verdictOf } from './limiter.rules';

/** The pause between two probes doubles up to this. */
const LONGEST_OPEN_MS = 600_000;
/** How long this process trusts its copy of the row; the copy is renewed every second while calls are made. */
const STALE_AFTER_MS = 2_000;
/** From claiming a person for the probe to asking for the permit; a worker that takes longer may lose the probe. */
const CLAIM_PROBE_MS = 5_000;
/** A probe's call ends within its own deadline; this is the time to write the result down. */
const PROBE_SLACK_MS = 5_000;
/** How soon to look again when another worker has the probe. */
const LOOK_AGAIN_MS = 250;

/** `closed`: calls go out. `open`: none does. `half_open`: a probe is due and this process may try to win it. */
export const BREAKER_STATES = ['closed', 'open', 'half_open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/**
 * One method's circuit breaker as this process knows it. The state itself is a row that all workers share; this class
 * keeps a copy of it, at most two seconds old, and the calls that are not yet counted in the row.
 */
export class CircuitBreaker {
  private row: BreakerRow | null = null;
  private readAtMs = -Infinity;
  private openUntilMs = -Infinity;
  private readonly tally: CallTally;
  private reading: Promise<void> | null = null;
  private lastStatement: Promise<unknown> = Promise.resolve();
  private probing = false;
  private probePeriod = -1;
  private promisedUntilMs = -Infinity;
  private lookAgainAtMs = -Infinity;
  private isUsed = false;

  /** `worker` is a UUID of this process. */
  constructor(
    private readonly method: RegisterMethod,
    private readonly worker: string,
    private readonly settings: LimiterSettings,
    private readonly breakers: CircuitBreakerRepository,
  ) {
    const { TREMBITA_BREAKER_SHARE: share, TREMBITA_BREAKER_MIN_CALLS: minCalls } = settings;
    this.tally = new CallTally({ share, minCalls });
  }

  /** The period in which a permit is given; the breaker does not count an end that arrives in a later one. */
  get period(): number {
    return this.row?.period ?? -1;
  }

  /** Whether the method was used since the last time this was asked. */
  takeUsed(): boolean {
    const used = this.isUsed;
    this.isUsed = false;
    return used;
  }

  markUsed(): void {
    this.isUsed = true;
  }

  /** Whether enough is known to decide: the copy is fresh, and the calls of this process do not contradict it. */
  isKnown(): boolean {
    return performance.now() - this.readAtMs < STALE_AFTER_MS && !this.looksDead();
  }

  state(): BreakerState {
    if (this.row?.openForMs === null) return 'closed';
    const nowMs = performance.now();
    const isDue = !this.probing && nowMs >= this.openUntilMs;
    return isDue && (nowMs >= this.lookAgainAtMs || nowMs < this.promisedUntilMs) ? 'half_open' : 'open';
  }

  /** How many persons may be claimed. Winning the probe here keeps it for the few moments that a claim takes. */
  async admits(): Promise<number> {
    if (this.state() === 'half_open' && performance.now() >= this.promisedUntilMs) {
      const sentMs = performance.now();
      if (await this.tryProbe(CLAIM_PROBE_MS)) {
        this.promisedUntilMs = sentMs + CLAIM_PROBE_MS;
        return 1;
      }
    }
    return this.state() === 'closed' ? Infinity : 0;
  }

  /** Tries to win the probe. Until `probeEnded` no other call of this process may try. */
  async startProbe(): Promise<boolean> {
    this.probing = true;
    this.promisedUntilMs = -Infinity;
    let won = false;
    try {
      won = await this.tryProbe(this.settings.TREMBITA_TIMEOUT_MS + PROBE_SLACK_MS);
      return won;
    } finally {
      this.probing = won;
    }
  }

  /** Writes down what the probe found. */
  async probeEnded(end: CallEnd): Promise<void> {
    const { method, worker, breakers, settings } = this;
    const probe = { method, worker, period: this.probePeriod };
    const longestMs = Math.max(LONGEST_OPEN_MS, settings.TREMBITA_BREAKER_OPEN_MS);
    const verdict = verdictOf(end);
    try {
      await this.inTurn(() => {
        if (verdict === 'answer') return breakers.close(probe);
        return verdict === 'failure' ? breakers.reopen(probe, longestMs) : breakers.releaseProbe(probe);
      });
    } finally {
      this.probing = false;
    }
  }

  /** An ordinary call ended. True when the other workers should learn of it at once. */
  callEnded(end: CallEnd, period: number): boolean {
    const verdict = verdictOf(end);
    if (verdict === 'nothing') return false;
    this.tally.add(verdict, period === this.period);
    return this.looksDead();
  }

  /** Counts the calls of this process in the shared row and reads the row. One at a time. */
  refresh(): Promise<void> {
    this.reading ??= this.exchange().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** Counts every call that has ended, and waits for the statements under way. */
  async settle(): Promise<void> {
    // It may have begun before the last calls ended, and it may fail.
    await this.reading?.catch(() => undefined);
    if (!this.tally.isEmpty) await this.refresh();
    await this.lastStatement;
  }

  private async exchange(): Promise<void> {
    const { method, breakers, settings } = this;
    await this.inTurn(() => this.countAndRead());
    if (!this.looksDead()) return;
    const openMs = settings.TREMBITA_BREAKER_OPEN_MS;
    await this.inTurn(() => breakers.open({ method, period: this.period, openMs }));
  }

  private countAndRead(): Promise<BreakerRow> {
    const { method, breakers } = this;
    if (this.tally.isEmpty) return breakers.read(method);
    return this.tally.send(({ calls, failures, answers }) =>
      breakers.countCalls({ method, period: this.period, calls, failures, answered: answers > 0 }),
    );
  }

  private async tryProbe(leaseMs: number): Promise<boolean> {
    const { method, worker, breakers } = this;
    // Set before the statement is sent, so that a second caller of this process does not send it too.
    this.lookAgainAtMs = performance.now() + LOOK_AGAIN_MS;
    const row = await this.inTurn(() => breakers.takeProbe({ method, worker, leaseMs }));
    if (row.changed) this.probePeriod = row.period;
    return row.changed;
  }

  /** One statement at a time, so that the row seen last is also the newest. */
  private inTurn(statement: () => Promise<BreakerRow>): Promise<BreakerRow> {
    const turn = this.lastStatement.then(async () => {
      const row = await statement();
      this.see(row);
      return row;
    });
    this.lastStatement = turn.catch(() => undefined);
    return turn;
  }

  private see(row: BreakerRow): void {
    this.tally.see(row.window, row.period !== this.period);
    this.row = row;
    this.readAtMs = performance.now();
    this.openUntilMs = this.readAtMs + (row.openForMs ?? 0);
  }

  private looksDead(): boolean {
    return this.tally.looksDead && this.row?.openForMs === null;
  }
}

/** Calls of this process that the row does not count yet; an answer to a call of an older period is still an answer. */
interface Uncounted extends CallCounts {
  readonly answers: number;
}

const NOTHING: Uncounted = { calls: 0, failures: 0, answers: 0 };

/** What this process knows of a method's calls: those of all workers as last read, and its own uncounted ones. */
class CallTally {
  private window: CallCounts = NOTHING;
  private uncounted: Uncounted = NOTHING;
  private isDead = false;

  constructor(private readonly limits: { share: number; minCalls: number }) {}

  get isEmpty(): boolean {
    return this.uncounted.calls + this.uncounted.answers === 0;
  }

  /** Whether the known calls already show that the register is down. Asked before every call. */
  get looksDead(): boolean {
    return this.isDead;
  }

  /** A call ended; it is counted unless it belongs to an older period. */
  add(verdict: 'answer' | 'failure', isCounted: boolean): void {
    const { calls, failures, answers } = this.uncounted;
    this.uncounted = {
      calls: calls + (isCounted ? 1 : 0),
      failures: failures + (isCounted && verdict === 'failure' ? 1 : 0),
      answers: answers + (verdict === 'answer' ? 1 : 0),
    };
    this.judge();
  }

  /** Sends the uncounted calls. They count in `looksDead` while they are on their way, and are kept if that fails. */
  async send<Answer>(sending: (uncounted: Uncounted) => Promise<Answer>): Promise<Answer> {
    const before = this.window;
    const sent = this.uncounted;
    this.uncounted = NOTHING;
    this.window = sum(before, sent);
    try {
      return await sending(sent);
    } catch (error) {
      this.window = before;
      this.uncounted = { ...sum(this.uncounted, sent), answers: this.uncounted.answers + sent.answers };
      throw error;
    }
  }

  /** The calls of all workers were read; a new period voids this process's own old calls. */
  see(window: CallCounts, isNewPeriod: boolean): void {
    this.window = window;
    if (isNewPeriod) this.uncounted = { ...NOTHING, answers: this.uncounted.answers };
    this.judge();
  }

  private judge(): void {
    this.isDead = isDead(sum(this.window, this.uncounted), this.limits);
  }
}

function sum(a: CallCounts, b: CallCounts): CallCounts {
  return { calls: a.calls + b.calls, failures: a.failures + b.failures };
}
