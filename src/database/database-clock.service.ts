import { performance } from 'node:perf_hooks';
import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from './transactions';

const NOW: Statement = {
  name: 'database_clock',
  text: `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS now_ms`,
};

/**
 * The clock of the database. The clock of this process is not used: it may be an hour off. Between two readings the
 * monotonic timer of the process counts on.
 */
@Injectable()
export class DatabaseClock {
  private offsetMs: number | undefined;

  /** Reads the clock. Needed before the first `at`, and again from time to time: timers drift. */
  async read(sql: Sql): Promise<void> {
    const [row] = await sql.query<{ now_ms: string }>(NOW);
    if (row !== undefined) this.set(Number(row.now_ms));
  }

  /**
   * Takes a reading that arrived with another statement. The database read its clock before it sent the answer, so this
   * clock is never ahead.
   */
  set(nowMs: number): void {
    this.offsetMs = nowMs - performance.now();
  }

  /** The time of the database at a reading of `performance.now()`, by default now. */
  at(monotonicMs: number = performance.now()): Date {
    if (this.offsetMs === undefined)
      throw new Error('The clock of the database was not read yet: call read() first.');
    return new Date(this.offsetMs + monotonicMs);
  }
}
