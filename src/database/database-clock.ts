import { performance } from 'node:perf_hooks';
import type { Sql, Statement } from './transactions';

const NOW: Statement = {
  name: 'database_clock',
  text: `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms`,
};

/**
 * What the clock of the database shows, told from this process. The process's own clock is not asked: it may be
 * an hour off. Between two readings the monotonic timer carries the time on.
 */
export class DatabaseClock {
  private offsetMs: number | undefined;

  /** Asks the database once. Needed before the first `now`, and again from time to time: timers drift. */
  async read(sql: Sql): Promise<void> {
    const [row] = await sql.query<{ now_ms: string }>(NOW);
    if (row !== undefined) this.set(Number(row.now_ms));
  }

  /**
   * Takes over a reading that came with another statement. The database looked at its clock before the answer was
   * on its way, so what this clock tells is never later than the truth.
   */
  set(nowMs: number): void {
    this.offsetMs = nowMs - performance.now();
  }

  /** The moment, by the clock of the database, of a reading of `performance.now()`; by default of this one. */
  at(monotonicMs: number = performance.now()): Date {
    if (this.offsetMs === undefined) throw new Error('The clock of the database was not read yet.');
    return new Date(this.offsetMs + monotonicMs);
  }
}
