import { performance } from 'node:perf_hooks';

/** Long enough to smooth groups, short enough to follow a register that slows down. */
const WINDOW_MS = 2_000;

/** How many a second, over the last moments. */
export class RecentRate {
  private previous = 0;
  private current = 0;
  private startedAtMs: number;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.startedAtMs = nowMs();
  }

  add(n: number): void {
    this.turn();
    this.current += n;
  }

  perSecond(): number {
    this.turn();
    const elapsedMs = Math.max(this.nowMs() - this.startedAtMs, WINDOW_MS / 10);
    return Math.max((this.current / elapsedMs) * 1000, (this.previous / WINDOW_MS) * 1000);
  }

  private turn(): void {
    const elapsedMs = this.nowMs() - this.startedAtMs;
    if (elapsedMs < WINDOW_MS) return;
    this.previous = elapsedMs < 2 * WINDOW_MS ? this.current : 0;
    this.current = 0;
    this.startedAtMs = this.nowMs();
  }
}
