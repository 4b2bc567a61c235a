import type { RegisterGate, RegisterMethod, Turn } from '../register-gate';
import { AdaptiveLimit } from './adaptive-limit';
import type { ClaimGate } from './claim-gate';
import type { GateSettings, GateStore } from './gate-store';
import { MethodBreaker } from './method-breaker';
import { PermitLine } from './permit-line';
import { SendingTimes } from './sending-times';
import type { PermitAnswer } from './waiting-calls';
import { WorkerPlaces } from './worker-places';

/** How often what ended here is told to the others, and what ended there is read, while calls are made. */
const REFRESH_MS = 1_000;

/** What the gate is made of. `worker` is a UUID of this process, a new one at every start. */
export interface SharedRegisterGateChoices {
  readonly settings: GateSettings;
  readonly worker: string;
  readonly sql: GateStore;
}

/**
 * The one gate of the installation, as this process sees it: shared places, shared rate, a breaker per method. The
 * truth is a few rows in PostgreSQL, looked at once a second; a permit itself costs no statement unless a rate is
 * set. While the rows cannot be reached nothing new is permitted, since no answer could be written down either.
 */
export class SharedRegisterGate implements RegisterGate, ClaimGate {
  private readonly monotonic = (): number => performance.now();
  private readonly breakers = new Map<RegisterMethod, MethodBreaker>();
  private readonly adaptive = new AdaptiveLimit();
  private readonly places: WorkerPlaces;
  private readonly line: PermitLine;
  private isJoined = false;
  private hasLeft = false;
  private isAway = false;
  private refreshing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly choices: SharedRegisterGateChoices) {
    const { settings, worker, sql: store } = choices;
    const perSecond = settings.TREMBITA_RATE_PER_SECOND;
    const onTrouble = (): void => this.lost();
    this.places = new WorkerPlaces({ settings, worker, store, monotonic: this.monotonic });
    this.line = new PermitLine({
      capacity: () => this.capacity(),
      times: perSecond === undefined ? null : new SendingTimes({ perSecond, store, onTrouble }),
      isReady: (breaker) => this.isReady(breaker),
      onUnready: () => {
        if (!this.isAway) void this.refresh();
      },
      onEnd: (end, inUse) => this.adaptive.ended(end, inUse),
      onAlarm: (breaker) => void breaker.refresh().then(() => this.line.serve(), onTrouble),
      onTrouble,
    });
  }

  permit(method: RegisterMethod, signal: AbortSignal, turn: Turn = 'in_order'): Promise<PermitAnswer> {
    if (signal.aborted || this.hasLeft) return Promise.resolve('stopped');
    return this.line.permit(this.breakerOf(method), signal, turn);
  }

  async admits(method: RegisterMethod): Promise<number> {
    const breaker = this.breakerOf(method);
    if (!this.isReady(breaker) && !this.isAway) await this.refresh();
    if (!this.isReady(breaker)) return 0;
    try {
      return await breaker.admits();
    } catch {
      this.lost();
      return 0;
    }
  }

  capacity(): number {
    return Math.min(this.adaptive.current(), this.places.limit());
  }

  async lastAnswerAt(): Promise<Date | null> {
    const untold = [...this.breakers.values()].filter((breaker) => breaker.hasUntold());
    await Promise.all(untold.map((breaker) => breaker.refresh()));
    return this.choices.sql.lastAnswerAt();
  }

  async join(): Promise<void> {
    this.isJoined = true;
    await this.refresh();
  }

  async leave(): Promise<void> {
    this.hasLeft = true;
    clearTimeout(this.timer);
    this.line.close();
    await this.refreshing;
    await Promise.allSettled([...this.breakers.values()].map((breaker) => breaker.settle()));
    // A database that is away takes the places back itself when the lease has passed.
    if (this.isJoined) await this.places.giveUp().catch(() => undefined);
    this.isJoined = false;
  }

  private breakerOf(method: RegisterMethod): MethodBreaker {
    let breaker = this.breakers.get(method);
    if (breaker === undefined) {
      const { settings, worker, sql: store } = this.choices;
      breaker = new MethodBreaker({ method, worker, settings, store, monotonic: this.monotonic });
      this.breakers.set(method, breaker);
    }
    breaker.touch();
    return breaker;
  }

  private isReady(breaker: MethodBreaker): boolean {
    return this.isJoined && !this.isAway && breaker.isKnown();
  }

  /** One at a time; never rejects. */
  private refresh(): Promise<void> {
    if (!this.isJoined || this.hasLeft) return Promise.resolve();
    this.refreshing ??= this.exchange().then(() => {
      this.refreshing = null;
      if (!this.isAway && !this.hasLeft) this.line.serve();
    });
    return this.refreshing;
  }

  private async exchange(): Promise<void> {
    clearTimeout(this.timer);
    const used = [...this.breakers.values()].filter((breaker) => breaker.takeTouched());
    const breakers = [...new Set([...used, ...this.line.breakers()])];
    const told = await Promise.allSettled([
      this.places.renew(() => this.line.inUse),
      ...breakers.map((breaker) => breaker.refresh()),
    ]);
    this.isAway = told.some(({ status }) => status === 'rejected');
    if (!this.isAway) this.adaptive.ceilingIs(this.places.limit());
    this.refreshIn(this.isAway || this.line.isBusy || breakers.length > 0 ? REFRESH_MS : Infinity);
  }

  /** An idle worker beats, too: others learn from it that it lives, and it learns that others came. */
  private refreshIn(ms: number): void {
    clearTimeout(this.timer);
    if (this.hasLeft) return;
    const { VERIFICATION_LEASE_SECONDS: lease, JOB_POLL_SECONDS: poll } = this.choices.settings;
    this.timer = setTimeout(() => void this.refresh(), Math.min(ms, (lease * 1000) / 3, poll * 1000));
  }

  /** The database could not be reached; the next refresh that succeeds ends this. */
  private lost(): void {
    this.isAway = true;
    this.refreshIn(REFRESH_MS);
  }
}
