import type { CallEnd, RegisterMethod } from '../register-gate';
import { verdictOf } from './call-end.rules';
import { CallTally } from './call-tally';
import type { BreakerRow, GateSettings, GateStore } from './gate-store';

/** The pause between two probes doubles up to this. */
const LONGEST_OPEN_MS = 600_000;
/** What this process knows is good for so long; it is renewed every second while calls are made. */
const STALE_AFTER_MS = 2_000;
/** Between claiming a person for the probe and asking for the permit; whoever takes longer may lose the probe. */
const CLAIM_PROBE_MS = 5_000;
/** A probe's call ends within its own deadline; this is for writing down how. */
const PROBE_SLACK_MS = 5_000;
/** How soon to look again when somebody else has the probe. */
const LOOK_AGAIN_MS = 250;

/** What a breaker needs. */
export interface BreakerChoices {
  readonly method: RegisterMethod;
  readonly worker: string;
  readonly settings: GateSettings;
  readonly store: GateStore;
  readonly monotonic: () => number;
}

/** Open to all, shut, or ajar: a probe is due and this process may try to win it. */
export type BreakerState = 'open_to_all' | 'shut' | 'ajar';

/**
 * One method's circuit breaker as this process knows it. The state itself is a row that all workers share; here are
 * a copy of it, at most two seconds old, and the calls not yet counted there.
 */
export class MethodBreaker {
  private row: BreakerRow | null = null;
  private readAtMs = -Infinity;
  private openUntilMs = -Infinity;
  private readonly tally: CallTally;
  private reading: Promise<void> | null = null;
  private lastTurn: Promise<unknown> = Promise.resolve();
  private probing = false;
  private probePeriod = -1;
  private promisedUntilMs = -Infinity;
  private lookAgainAtMs = -Infinity;
  private touched = false;

  constructor(private readonly choices: BreakerChoices) {
    const { TREMBITA_BREAKER_SHARE: share, TREMBITA_BREAKER_MIN_CALLS: minCalls } = choices.settings;
    this.tally = new CallTally({ share, minCalls });
  }

  /** The period a permit is given in; an end that comes in a later one is no news. */
  get period(): number {
    return this.row?.period ?? -1;
  }

  /** Whether somebody asked for the method since the last time this was asked. */
  takeTouched(): boolean {
    const touched = this.touched;
    this.touched = false;
    return touched;
  }

  /** Remembers that the method is in use. */
  touch(): void {
    this.touched = true;
  }

  /** Whether enough is known to decide: the copy is fresh and our own counts do not already speak against it. */
  isKnown(): boolean {
    return this.choices.monotonic() - this.readAtMs < STALE_AFTER_MS && !this.looksDead();
  }

  /** Whether some ends still have to be told to the others. */
  hasUntold(): boolean {
    return !this.tally.isTold;
  }

  state(): BreakerState {
    if (this.row?.openForMs === null) return 'open_to_all';
    const nowMs = this.choices.monotonic();
    const isDue = !this.probing && nowMs >= this.openUntilMs;
    return isDue && (nowMs >= this.lookAgainAtMs || nowMs < this.promisedUntilMs) ? 'ajar' : 'shut';
  }

  /** How many persons may be claimed. Winning the probe here keeps it for the few moments a claim takes. */
  async admits(): Promise<number> {
    if (this.state() === 'ajar' && this.choices.monotonic() >= this.promisedUntilMs) {
      const sentMs = this.choices.monotonic();
      if (await this.tryProbe(CLAIM_PROBE_MS)) {
        this.promisedUntilMs = sentMs + CLAIM_PROBE_MS;
        return 1;
      }
    }
    return this.state() === 'open_to_all' ? Infinity : 0;
  }

  /** Tries to become the one whose call decides. From here on until `probeEnded` nobody else of this process may. */
  async startProbe(): Promise<boolean> {
    this.probing = true;
    this.promisedUntilMs = -Infinity;
    let won = false;
    try {
      won = await this.tryProbe(this.choices.settings.TREMBITA_TIMEOUT_MS + PROBE_SLACK_MS);
      return won;
    } finally {
      this.probing = won;
    }
  }

  /** Writes down what the probe found. */
  async probeEnded(end: CallEnd): Promise<void> {
    const { method, worker, store, settings } = this.choices;
    const probe = { method, worker, period: this.probePeriod };
    const longestMs = Math.max(LONGEST_OPEN_MS, settings.TREMBITA_BREAKER_OPEN_MS);
    const verdict = verdictOf(end);
    try {
      await this.inTurn(() => {
        if (verdict === 'answer') return store.closeBreaker(probe);
        return verdict === 'failure' ? store.reopenBreaker(probe, longestMs) : store.releaseProbe(probe);
      });
    } finally {
      this.probing = false;
    }
  }

  /** An ordinary call ended. True when that should be told to the others at once. */
  ended(end: CallEnd, period: number): boolean {
    const verdict = verdictOf(end);
    if (verdict === 'nothing') return false;
    this.tally.add(verdict, period === this.period);
    return this.looksDead();
  }

  /** Tells the others what ended here and learns what ended there. One at a time. */
  refresh(): Promise<void> {
    this.reading ??= this.exchange().finally(() => {
      this.reading = null;
    });
    return this.reading;
  }

  /** Tells what is left to tell and waits for what is under way. */
  async settle(): Promise<void> {
    if (this.hasUntold()) await this.refresh();
    await this.lastTurn;
  }

  private async exchange(): Promise<void> {
    const { method, store, settings } = this.choices;
    await this.inTurn(() => this.tell());
    if (!this.looksDead()) return;
    const openMs = settings.TREMBITA_BREAKER_OPEN_MS;
    await this.inTurn(() => store.openBreaker({ method, period: this.period, openMs }));
  }

  private tell(): Promise<BreakerRow> {
    const { method, store } = this.choices;
    if (this.tally.isTold) return store.readBreaker(method);
    return this.tally.tell(({ calls, failures, answers }) =>
      store.countCalls({ method, period: this.period, calls, failures, answered: answers > 0 }),
    );
  }

  private async tryProbe(leaseMs: number): Promise<boolean> {
    const { method, worker, store, monotonic } = this.choices;
    // Set before the statement is sent, so that a second caller of this process does not send it too.
    this.lookAgainAtMs = monotonic() + LOOK_AGAIN_MS;
    const row = await this.inTurn(() => store.takeProbe({ method, worker, leaseMs }));
    if (row.changed) this.probePeriod = row.period;
    return row.changed;
  }

  /** One statement at a time, so that what is seen last is also what is newest. */
  private inTurn(ask: () => Promise<BreakerRow>): Promise<BreakerRow> {
    const turn = this.lastTurn.then(async () => {
      const row = await ask();
      this.see(row);
      return row;
    });
    this.lastTurn = turn.catch(() => undefined);
    return turn;
  }

  private see(row: BreakerRow): void {
    this.tally.see(row.window, row.period !== this.period);
    this.row = row;
    this.readAtMs = this.choices.monotonic();
    this.openUntilMs = this.readAtMs + (row.openForMs ?? 0);
  }

  private looksDead(): boolean {
    return this.tally.looksDead && this.row?.openForMs === null;
  }
}
