import { setInterval as beats } from 'node:timers/promises';

const BEAT_MS = 50;

/**
 * How long this machine kept the drill itself from running. A promise about time is a promise of the program, not of
 * a machine that does something else: what is judged by the clock is granted this much more.
 */
export class MeasureLag {
  private readonly over = new AbortController();
  private longest = 0;

  start(): void {
    void this.measure().catch(() => undefined);
  }

  /** The longest so far. */
  get ms(): number {
    return Math.round(this.longest);
  }

  stop(): void {
    this.over.abort();
  }

  private async measure(): Promise<void> {
    let lastAtMs = performance.now();
    for await (const _ of beats(BEAT_MS, undefined, { signal: this.over.signal })) {
      const nowMs = performance.now();
      this.longest = Math.max(this.longest, nowMs - lastAtMs - BEAT_MS);
      lastAtMs = nowMs;
    }
  }
}
