import type { Sql } from '../../database/transactions';
import type { RegisterMethod } from '../register-gate';
import * as breakers from './breaker-statements';
import * as places from './place-statements';
import type { BreakerRow, CallCounts, GateStore, LiveWorkers, ProbeOf } from './gate-store';

type StoredBreaker = CallCounts & { period: number; open_for_ms: number | null; changed: boolean };

/**
 * The gate's rows. Each method is one statement sent for itself, so a row is locked for the length of one statement
 * and never behind a claim or a group of answers. All times are the database's.
 */
export class RegisterGateRepository implements GateStore {
  constructor(private readonly sql: Sql) {}

  async layOut(count: number): Promise<void> {
    await this.sql.query(places.LAY_OUT, [count]);
  }

  async beat(worker: string, leaseMs: number): Promise<LiveWorkers> {
    return only(await this.sql.query<{ workers: number; earlier: number }>(places.BEAT, [worker, leaseMs]));
  }

  async holdPlaces(want: {
    worker: string;
    leaseMs: number;
    wanted: number;
    ceiling: number;
  }): Promise<number> {
    const values = [want.worker, want.leaseMs, want.wanted, want.ceiling];
    return only(await this.sql.query<{ held: number }>(places.HOLD_PLACES, values)).held;
  }

  async leave(worker: string): Promise<void> {
    await this.sql.query(places.LEAVE, [worker]);
  }

  async reserveTime(want: {
    leadMs: number;
    lengthMs: number;
  }): Promise<{ firstAtMs: number; nowMs: number }> {
    const values = [want.leadMs, want.lengthMs];
    const row = only(
      await this.sql.query<{ free_again_at_ms: number; now_ms: number }>(places.RESERVE_TIME, values),
    );
    return { firstAtMs: row.free_again_at_ms - want.lengthMs, nowMs: row.now_ms };
  }

  readBreaker(method: RegisterMethod): Promise<BreakerRow> {
    return this.breaker(breakers.READ, [method]);
  }

  countCalls(
    ended: CallCounts & { method: RegisterMethod; period: number; answered: boolean },
  ): Promise<BreakerRow> {
    const { method, period, calls, failures, answered } = ended;
    return this.breaker(breakers.COUNT, [method, period, calls, failures, answered]);
  }

  openBreaker(want: { method: RegisterMethod; period: number; openMs: number }): Promise<BreakerRow> {
    return this.breaker(breakers.OPEN, [want.method, want.period, want.openMs]);
  }

  takeProbe(want: { method: RegisterMethod; worker: string; leaseMs: number }): Promise<BreakerRow> {
    return this.breaker(breakers.TAKE_PROBE, [want.method, want.worker, want.leaseMs]);
  }

  closeBreaker(probe: ProbeOf): Promise<BreakerRow> {
    return this.breaker(breakers.CLOSE, [probe.method, probe.worker, probe.period]);
  }

  reopenBreaker(probe: ProbeOf, longestMs: number): Promise<BreakerRow> {
    return this.breaker(breakers.REOPEN, [probe.method, probe.worker, probe.period, longestMs]);
  }

  releaseProbe(probe: ProbeOf): Promise<BreakerRow> {
    return this.breaker(breakers.RELEASE_PROBE, [probe.method, probe.worker, probe.period]);
  }

  async lastAnswerAt(): Promise<Date | null> {
    return only(await this.sql.query<{ answered_at: Date | null }>(breakers.LAST_ANSWER)).answered_at;
  }

  /** Which methods anybody may call now, as the database has it. */
  async breakerStates(): Promise<readonly { readonly method: string; readonly is_open_to_all: boolean }[]> {
    return this.sql.query(breakers.STATES);
  }

  private async breaker(
    statement: { name: string; text: string },
    values: readonly unknown[],
  ): Promise<BreakerRow> {
    const { period, open_for_ms, calls, failures, changed } = only(
      await this.sql.query<StoredBreaker>(statement, values),
    );
    return { period, openForMs: open_for_ms, window: { calls, failures }, changed };
  }
}

/** The gate's rows are laid out before anything is asked of them; one that is missing was taken away by somebody. */
function only<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) throw new Error('A row of the gate to the register is missing.');
  return row;
}
