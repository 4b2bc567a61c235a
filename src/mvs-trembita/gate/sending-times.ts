import type { Turn } from '../register-gate';
import { ClockBounds } from './clock-bounds';
import { LATEST_START_MS, mostReservedTimes, sendingIntervalMs } from './gate.rules';
import type { GateStore } from './gate-store';
import { TwoLines } from './two-lines';

/** A database that takes longer than this to answer is no clock to send by. */
const LONGEST_LEAD_MS = 1000;

/** What the line of sending times needs to know. */
export interface SendingTimesChoices {
  readonly perSecond: number;
  readonly store: Pick<GateStore, 'reserveTime'>;
  /** Told when a reservation failed; the line then waits for `serve`. */
  readonly onTrouble: () => void;
  readonly monotonic?: () => number;
}

/**
 * This worker's part of the shared rate: reserves a few sending times at once from the installation's one line and
 * lets waiting calls go at them, in their order. A time that comes late or finds nobody lapses.
 */
export class SendingTimes {
  private readonly waiting = new TwoLines<() => void>();
  private readonly clock = new ClockBounds();
  private readonly monotonic: () => number;
  private readonly intervalMs: number;
  private readonly most: number;
  private times: number[] = [];
  private used = 0;
  private tripsMs: [number, number] = [0, 0];
  private reserving = false;
  private closed = false;
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly choices: SendingTimesChoices) {
    this.monotonic = choices.monotonic ?? (() => performance.now());
    this.intervalMs = sendingIntervalMs(choices.perSecond);
    this.most = mostReservedTimes(choices.perSecond);
  }

  /** Calls `go` at the next sending time of this worker that is not somebody else's; gives what takes the wish back. */
  want(go: () => void, turn: Turn = 'in_order'): () => void {
    const wish = (): void => go();
    this.waiting.add(wish, turn);
    this.serve();
    return () => this.waiting.delete(wish);
  }

  /** Lets go whoever may, and looks ahead for the others. */
  serve(): void {
    const nowMs = this.monotonic();
    this.times = this.times.filter((atMs) => atMs + LATEST_START_MS >= nowMs);
    while (this.waiting.size > 0 && (this.times[0] ?? Infinity) <= nowMs) this.letGo();
    if (this.lacksTimes()) void this.reserve();
    this.arm();
  }

  /** Ends everything; nothing is let go any more. */
  close(): void {
    this.closed = true;
    this.waiting.clear();
    this.times = [];
    clearTimeout(this.timer);
  }

  private letGo(): void {
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
   * Takes as many times as calls wait, or one more than were used of the last lot: a worker held back by something
   * else than the rate then asks seldom and wastes little.
   */
  private async reserve(): Promise<void> {
    const known = this.times.length;
    const number = Math.min(this.most - known, Math.max(this.waiting.size - known, this.used + 1));
    this.reserving = true;
    this.used = 0;
    const sentMs = this.monotonic();
    try {
      const want = { leadMs: this.leadMs(), lengthMs: number * this.intervalMs };
      const lot = await this.choices.store.reserveTime(want);
      const receivedMs = this.monotonic();
      this.tripsMs = [this.tripsMs[1], receivedMs - sentMs];
      this.clock.observe({ sentMs, receivedMs, databaseMs: lot.nowMs });
      const firstMs = this.clock.monotonicMs(lot.firstAtMs);
      for (let i = 0; i < number; i += 1) this.times.push(firstMs + i * this.intervalMs);
      this.reserving = false;
      this.serve();
    } catch {
      this.reserving = false;
      this.choices.onTrouble();
    }
  }

  /** How soon the first time may be, or it has lapsed before we hear of it. One slow answer alone is chance. */
  private leadMs(): number {
    return Math.min(...this.tripsMs, LONGEST_LEAD_MS);
  }

  private arm(): void {
    clearTimeout(this.timer);
    const next = this.times[0];
    if (this.closed || this.waiting.size === 0 || next === undefined) return;
    this.timer = setTimeout(() => this.serve(), Math.max(0, Math.ceil(next - this.monotonic())));
  }
}
