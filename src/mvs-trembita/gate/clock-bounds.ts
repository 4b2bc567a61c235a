/** Two quartz clocks drift apart by less than this; it is ten times what a plain one does (10 ppm). */
const DRIFT_MS_PER_MS = 0.0001;

/**
 * Reads moments of the database's clock on this process's monotonic one. The database looked at its clock somewhere
 * between question and answer, so each round trip gives two bounds, and many of them together narrow them down to
 * the quickest. The wall clock of this machine plays no part.
 */
export class ClockBounds {
  /** Bounds of (database's clock − monotonic clock). */
  private low = -Infinity;
  private high = Infinity;
  private seenAtMs = 0;

  /** The database said `databaseMs` in answer to a question. */
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
