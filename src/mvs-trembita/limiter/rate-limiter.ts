import { LATEST_START_MS, mostReservedTimes, sendingIntervalMs } from './limiter.rules';
import type { PermitRepository } from './limiter.repository';
import { type SendingTimes, type Turn, TurnQueue } from './permit-queue';

/** A database that takes longer than this to answer cannot be used as a clock. */
const LONGEST_LEAD_MS = 1000;

export interface RateLimiterOptions {
  readonly perSecond: number;
  /** Called when a reservation failed; the rate limiter then waits for `serve`. */
  readonly onTrouble: () => void;
  /** Milliseconds of a clock that never goes back; `performance.now()` unless given. */
  readonly monotonic?: () => number;
}

/**
 * This worker's part of the shared rate: reserves a few sending times of the installation at once and lets waiting
 * calls go at them, in their order. A time that was missed or that no call waits for is lost.
 */
export class RateLimiter implements SendingTimes {
  private readonly waiting = new TurnQueue<() => void>();
  private readonly clock = new DatabaseClockBounds();
  private readonly monotonic: () => number;
  private readonly intervalMs: number;
  private readonly most: number;
  private times: number[] = [];
  private used = 0;
  private tripsMs: [number, number] = [0, 0];
  private reserving = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly permits: Pick<PermitRepository, 'reserveTime'>,
    private readonly options: RateLimiterOptions,
  ) {
    this.monotonic = options.monotonic ?? (() => performance.now());
    this.intervalMs = sendingIntervalMs(options.perSecond);
    this.most = mostReservedTimes(options.perSecond);
  }

  schedule(go: () => void, turn: Turn = 'in_order'): () => void {
    const request = (): void => go();
    this.waiting.add(request, turn);
    this.serve();
    return () => this.waiting.delete(request);
  }

  serve(): void {
    const nowMs = this.monotonic();
    this.times = this.times.filter((atMs) => atMs + LATEST_START_MS >= nowMs);
    while (this.waiting.size > 0 && (this.times[0] ?? Infinity) <= nowMs) this.letNextGo();
    if (this.lacksTimes()) void this.reserve();
    this.startTimer();
  }

  close(): void {
    this.closed = true;
    this.waiting.clear();
    this.times = [];
    clearTimeout(this.timer);
  }

  private letNextGo(): void {
    this.times.shift();
    this.used += 1;
    const go = this.waiting.first();
    if (go === undefined) return;
    this.waiting.delete(go);
    go();
  }

  private lacksTimes(): boolean {
    const known = this.times.length;
    return !this.closed && !this.reserving && this.waiting.size > known && known <= this.most / 2;
  }

  /**
   * Reserves as many times as calls wait, or one more than were used of the last lot: a worker that is limited by
   * something else than the rate then asks seldom and wastes little.
   */
  private async reserve(): Promise<void> {
    const known = this.times.length;
    const number = Math.min(this.most - known, Math.max(this.waiting.size - known, this.used + 1));
    this.reserving = true;
    this.used = 0;
    const sentMs = this.monotonic();
    try {
      const want = { leadMs: this.leadMs(), lengthMs: number * this.intervalMs };
      const lot = await this.permits.reserveTime(want);
      const receivedMs = this.monotonic();
      this.tripsMs = [this.tripsMs[1], receivedMs - sentMs];
      this.clock.observe({ sentMs, receivedMs, databaseMs: lot.nowMs });
      const firstMs = this.clock.monotonicMs(lot.firstAtMs);
      for (let i = 0; i < number; i += 1) this.times.push(firstMs + i * this.intervalMs);
      this.reserving = false;
      this.serve();
    } catch {
      this.reserving = false;
      this.options.onTrouble();
    }
  }

  /**
   * How far ahead the first time must be so that it is not past when the answer arrives. The quicker of the last two
   * round trips counts: one slow answer alone is chance.
   */
  private leadMs(): number {
    return Math.min(...this.tripsMs, LONGEST_LEAD_MS);
  }

  private startTimer(): void {
    clearTimeout(this.timer);
    const next = this.times[0];
    if (this.closed || this.waiting.size === 0 || next === undefined) return;
    this.timer = setTimeout(() => this.serve(), Math.max(0, Math.ceil(next - this.monotonic())));
  }
}

/** Two quartz clocks drift apart by less than this; it is ten times the drift of a plain one (10 ppm). */
const DRIFT_MS_PER_MS = 0.0001;

/**
 * Converts times of the database's clock to this process's monotonic one. The database read its clock somewhere
 * between question and answer, so each round trip gives two bounds, and many of them together narrow them down to
 * the quickest. The wall clock of this machine is not used.
 */
export class DatabaseClockBounds {
  /** Bounds of (database's clock − monotonic clock). */
  private low = -Infinity;
  private high = Infinity;
  private seenAtMs = 0;

  /** The database returned `databaseMs` in answer to a question. */
  observe(trip: { sentMs: number; receivedMs: number; databaseMs: number }): void {
    const drift = (trip.receivedMs - this.seenAtMs) * DRIFT_MS_PER_MS;
    const low = Math.max(this.low - drift, trip.databaseMs - trip.receivedMs);
    const high = Math.min(this.high + drift, trip.databaseMs - trip.sentMs);
    const stepped = low > high;
    this.low = stepped ? trip.databaseMs - trip.receivedMs : low;
    this.high = stepped ? trip.databaseMs - trip.sentMs : high;
    this.seenAtMs = trip.receivedMs;
  }

  /** The monotonic time at which the database's clock has surely reached the moment. */
  monotonicMs(databaseMs: number): number {
    return databaseMs - this.low;
  }
}
