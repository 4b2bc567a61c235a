import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { SETTINGS, WORKER_ID } from '../../config/settings.module';
import { Metrics } from '../../observability';
import type { RegisterMethod } from '../register-methods.table';
import { CircuitBreaker } from './circuit-breaker';
import { CircuitBreakerRepository, PermitRepository } from './limiter.repository';
import { AdaptiveLimit, type LimiterSettings, shareOf } from './limiter.rules';
import { type PermitAnswer, PermitQueue, type Turn } from './permit-queue';
import { RateLimiter } from './rate-limiter';

/** How often the workers exchange how calls ended, while calls are made. */
const REFRESH_MS = 1_000;

/**
 * Decides when a message to the register may be sent: shared permits (concurrent calls), a shared rate, and a circuit
 * breaker per method. All workers of the installation share a few rows in PostgreSQL, which each reads once a second;
 * a permit itself costs no statement unless a rate is set. While the database cannot be reached no permit is given,
 * because no answer could be stored either.
 */
@Injectable()
export class RegisterLimiter implements OnModuleInit {
  private readonly breakers = new Map<RegisterMethod, CircuitBreaker>();
  private readonly adaptive = new AdaptiveLimit();
  private readonly share: WorkerPermits;
  private readonly queue: PermitQueue;
  private isJoined = false;
  private hasLeft = false;
  private isAway = false;
  private refreshing: Promise<void> | null = null;
  private timer: NodeJS.Timeout | undefined;

  /** `worker` is a UUID of this process, a new one at every start. */
  constructor(
    @Inject(SETTINGS) private readonly settings: LimiterSettings,
    @Inject(WORKER_ID) private readonly worker: string,
    permits: PermitRepository,
    private readonly circuits: CircuitBreakerRepository,
    private readonly metrics: Metrics,
  ) {
    const perSecond = settings.TREMBITA_RATE_PER_SECOND;
    const onTrouble = (): void => this.databaseLost();
    this.share = new WorkerPermits(permits, worker, settings);
    this.queue = new PermitQueue(
      {
        capacity: () => this.capacity(),
        isReady: (breaker) => this.isReady(breaker),
        onUnready: () => {
          if (!this.isAway) void this.refresh();
        },
        onEnd: (end, inUse) => this.adaptive.callEnded(end, inUse),
        onAlarm: (breaker) => void breaker.refresh().then(() => this.queue.serve(), onTrouble),
        onTrouble,
      },
      perSecond === undefined ? null : new RateLimiter(permits, { perSecond, onTrouble }),
    );
  }

  /** Shows the installation's circuit breakers and this worker's permits at each collection. */
  onModuleInit(): void {
    this.metrics.refreshBy(async () => {
      this.metrics.registerPermits.set({ state: 'held' }, this.capacity());
      this.metrics.registerPermits.set({ state: 'in_use' }, this.queue.inUse);
      for (const { method, is_closed: isClosed } of await this.circuits.states()) {
        this.metrics.circuitClosed.set({ method }, isClosed ? 1 : 0);
      }
    });
  }

  /** Waits for a permit to send one message. `next` goes before all calls that wait in order. */
  permit(method: RegisterMethod, signal: AbortSignal, turn: Turn = 'in_order'): Promise<PermitAnswer> {
    if (signal.aborted || this.hasLeft) return Promise.resolve('stopped');
    return this.queue.permit(this.breakerOf(method), signal, turn);
  }

  /**
   * How many persons may be claimed for the method now: 0 while the circuit is open or the database is away, 1 for the
   * worker that won the probe, otherwise Infinity. Never rejects.
   */
  async admits(method: RegisterMethod): Promise<number> {
    const breaker = this.breakerOf(method);
    // Twice, because the refresh under way may have begun before this breaker was used.
    for (let look = 0; look < 2 && !this.isReady(breaker) && !this.isAway; look += 1) await this.refresh();
    if (!this.isReady(breaker)) return 0;
    try {
      return await breaker.admits();
    } catch {
      this.databaseLost();
      return 0;
    }
  }

  /** This worker's present share of concurrent calls; 0 when there are more workers than permits. */
  capacity(): number {
    return Math.min(this.adaptive.current(), this.share.limit());
  }

  /** When the register last answered any worker, by the database's clock; null when it never did. */
  async lastAnswerAt(): Promise<Date | null> {
    await Promise.all([...this.breakers.values()].map((breaker) => breaker.settle()));
    return this.circuits.lastAnswerAt();
  }

  /** Takes this worker's share and keeps its lease alive. Retries every second while the database is away. */
  async join(): Promise<void> {
    this.isJoined = true;
    await this.refresh();
  }

  /** Ends all waiting calls and gives the share up. Call it after the last call has ended. */
  async leave(): Promise<void> {
    this.hasLeft = true;
    clearTimeout(this.timer);
    this.queue.close();
    await this.refreshing;
    await Promise.allSettled([...this.breakers.values()].map((breaker) => breaker.settle()));
    // If the database is away, the permits are free again when their lease has expired.
    if (this.isJoined) await this.share.giveUp().catch(() => undefined);
    this.isJoined = false;
  }

  private breakerOf(method: RegisterMethod): CircuitBreaker {
    let breaker = this.breakers.get(method);
    if (breaker === undefined) {
      breaker = new CircuitBreaker(method, this.worker, this.settings, this.circuits);
      this.breakers.set(method, breaker);
    }
    breaker.markUsed();
    return breaker;
  }

  private isReady(breaker: CircuitBreaker): boolean {
    return this.isJoined && !this.isAway && breaker.isKnown();
  }

  /** One at a time; never rejects. */
  private refresh(): Promise<void> {
    if (!this.isJoined || this.hasLeft) return Promise.resolve();
    this.refreshing ??= this.exchange().then(() => {
      this.refreshing = null;
      if (!this.isAway && !this.hasLeft) this.queue.serve();
    });
    return this.refreshing;
  }

  private async exchange(): Promise<void> {
    clearTimeout(this.timer);
    const used = [...this.breakers.values()].filter((breaker) => breaker.takeUsed());
    const breakers = [...new Set([...used, ...this.queue.breakers()])];
    const results = await Promise.allSettled([
      this.share.renew(() => this.queue.inUse),
      ...breakers.map((breaker) => breaker.refresh()),
    ]);
    this.isAway = results.some(({ status }) => status === 'rejected');
    if (!this.isAway) this.adaptive.setCeiling(this.share.limit());
    this.refreshIn(this.isAway || this.queue.isBusy || breakers.length > 0 ? REFRESH_MS : Infinity);
  }

  /** An idle worker refreshes too: it keeps its lease, and learns that other workers joined. */
  private refreshIn(ms: number): void {
    clearTimeout(this.timer);
    if (this.hasLeft) return;
    const { VERIFICATION_LEASE_SECONDS: lease, JOB_POLL_SECONDS: poll } = this.settings;
    this.timer = setTimeout(() => void this.refresh(), Math.min(ms, (lease * 1000) / 3, poll * 1000));
  }

  /** The database could not be reached; the next refresh that succeeds ends this. */
  private databaseLost(): void {
    this.isAway = true;
    this.refreshIn(REFRESH_MS);
  }
}

/**
 * This worker's permits. Permits are numbered rows up to the shared limit and belong to one worker each, so however
 * workers start, stop and crash, there are never more calls under way than permits: a new worker gets what is free,
 * and the rest of its share as the others release theirs.
 */
class WorkerPermits {
  private readonly leaseMs: number;
  private rowsExist = false;
  private share = 0;
  private held = 0;
  private heldUntilMs = -Infinity;
  private renewedAtMs = -Infinity;

  constructor(
    private readonly permits: PermitRepository,
    private readonly worker: string,
    private readonly settings: LimiterSettings,
  ) {
    this.leaseMs = settings.VERIFICATION_LEASE_SECONDS * 1000;
  }

  /** Concurrent calls that this worker may have under way now. */
  limit(): number {
    return performance.now() < this.heldUntilMs ? Math.min(this.share, this.held) : 0;
  }

  /** Renews the lease, computes the share anew, and brings the permits held in line with it. */
  async renew(inUse: () => number): Promise<void> {
    const { permits, worker, leaseMs } = this;
    const { TREMBITA_CONCURRENCY: shared, TREMBITA_CONCURRENCY_PER_WORKER: perWorker } = this.settings;
    if (!this.rowsExist) await permits.createRows(shared);
    this.rowsExist = true;
    this.share = shareOf({ shared, perWorker, ...(await permits.renewLease(worker, leaseMs)) });
    // From here on the smaller share counts. A permit in use is kept until its call has ended.
    const wanted = Math.max(this.share, inUse());
    const sentMs = performance.now();
    if (wanted === this.held && sentMs - this.renewedAtMs < leaseMs / 3) return;
    this.held = await permits.holdPermits({ worker, leaseMs, wanted, ceiling: shared });
    this.renewedAtMs = sentMs;
    this.heldUntilMs = sentMs + leaseMs;
  }

  /** Releases everything. */
  async giveUp(): Promise<void> {
    this.held = 0;
    this.heldUntilMs = -Infinity;
    await this.permits.releaseAll(this.worker);
  }
}
