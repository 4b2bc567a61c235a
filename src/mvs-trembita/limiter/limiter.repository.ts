import { Injectable } from '@nestjs/common';
import { Transactions } from '../../database/transactions';
import type { RegisterMethod } from '../register-methods.table';
import { type CallCounts, COUNTED_SECONDS } from './limiter.rules';

/** Live workers, and how many of them started before the one that asks. */
export interface LiveWorkers {
  readonly workers: number;
  readonly earlier: number;
}

/**
 * Permits, live workers and the shared rate of the installation. Each method is one statement and a transaction of its
 * own, so a row is locked for one statement only, never behind a claim or a group of answers. All times are the
 * database's. The table of permits kept its first name, `register_places`: a row is one permit.
 */
@Injectable()
export class PermitRepository {
  constructor(private readonly sql: Transactions) {}

  /** Creates the rows that do not exist yet. */
  async createRows(permits: number): Promise<void> {
    await this.sql.query(CREATE_ROWS, [permits]);
  }

  /** Renews the worker's lease and deletes workers whose lease has expired. */
  async renewLease(worker: string, leaseMs: number): Promise<LiveWorkers> {
    return onlyRow(
      await this.sql.query<{ workers: number; earlier: number }>(RENEW_LEASE, [worker, leaseMs]),
    );
  }

  /** Holds as many of the first `ceiling` permits as wanted and free, releases the rest; returns the number held. */
  async holdPermits(want: {
    worker: string;
    leaseMs: number;
    wanted: number;
    ceiling: number;
  }): Promise<number> {
    const values = [want.worker, want.leaseMs, want.wanted, want.ceiling];
    return onlyRow(await this.sql.query<{ held: number }>(HOLD_PERMITS, values)).held;
  }

  /** Releases everything that the worker holds. */
  async releaseAll(worker: string): Promise<void> {
    await this.sql.query(RELEASE_ALL, [worker]);
  }

  /** Reserves `lengthMs` of the shared rate, from `leadMs` ahead or from when the rate is free, whichever is later. */
  async reserveTime(want: {
    leadMs: number;
    lengthMs: number;
  }): Promise<{ firstAtMs: number; nowMs: number }> {
    const values = [want.leadMs, want.lengthMs];
    const row = onlyRow(
      await this.sql.query<{ free_again_at_ms: number; now_ms: number }>(RESERVE_TIME, values),
    );
    return { firstAtMs: row.free_again_at_ms - want.lengthMs, nowMs: row.now_ms };
  }
}

/** The rows are created before anything is asked of them, so a missing one was deleted by hand. */
export function onlyRow<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined) {
    throw new Error(
      'A row of the limiter (mimir.register_breakers, register_rate) is missing. Restart a worker to create it again.',
    );
  }
  return row;
}

/** The first worker that needs them creates the permits, the circuit breakers and the row of the rate. */
const CREATE_ROWS = {
  name: 'register-limiter-create-rows',
  text: `
    WITH places AS (
      INSERT INTO mimir.register_places (place)
      SELECT place FROM generate_series(1, $1::int) AS place ORDER BY place
      ON CONFLICT (place) DO NOTHING
    ), rate AS (
      INSERT INTO mimir.register_rate (register) VALUES ('eis_mvs') ON CONFLICT (register) DO NOTHING
    )
    INSERT INTO mimir.register_breakers (method)
    VALUES ('CheckPassportDMSStatus'), ('CheckPassportStatus'), ('checkunzr'), ('unzr')
    ON CONFLICT (method) DO NOTHING`,
};

/**
 * Renews the lease and counts the live workers. The snapshot does not show the worker's own row as it is now, so 1 is
 * added for it. A locked row is skipped: its worker may be renewing it.
 */
const RENEW_LEASE = {
  name: 'register-limiter-renew-lease',
  text: `
    WITH mine AS (
      INSERT INTO mimir.register_workers AS w (worker, lease_until)
      VALUES ($1::uuid, now() + $2::float8 * interval '1 millisecond')
      ON CONFLICT (worker) DO UPDATE SET lease_until = excluded.lease_until, updated_at = now()
      RETURNING worker, inserted_at
    ), dead AS (
      DELETE FROM mimir.register_workers WHERE id IN (
        SELECT id FROM mimir.register_workers
        WHERE lease_until <= now() AND worker <> $1::uuid
        FOR UPDATE SKIP LOCKED)
    )
    SELECT 1 + count(o.worker)::int AS workers,
      (count(o.worker) FILTER (WHERE (o.inserted_at, o.worker) < (m.inserted_at, m.worker)))::int AS earlier
    FROM mine m
    LEFT JOIN mimir.register_workers o ON o.worker <> m.worker AND o.lease_until > now()`,
};

/**
 * Brings the permits held to the number wanted: keeps the worker's first ones, takes free ones or ones whose lease has
 * expired, releases the rest. A row belongs to one worker, so two workers never get the same permit, and nobody waits
 * for a lock: a locked row counts as taken.
 */
const HOLD_PERMITS = {
  name: 'register-limiter-hold-permits',
  text: `
    WITH own AS MATERIALIZED (
      SELECT id, place FROM mimir.register_places
      WHERE worker = $1::uuid ORDER BY place FOR UPDATE SKIP LOCKED
    ), kept AS (
      SELECT id FROM own WHERE place <= $4::int ORDER BY place LIMIT $3::int
    ), taken AS MATERIALIZED (
      SELECT id FROM mimir.register_places
      WHERE place <= $4::int AND (worker IS NULL OR lease_until <= now()) AND worker IS DISTINCT FROM $1::uuid
      ORDER BY place
      LIMIT greatest(0, $3::int - (SELECT count(*) FROM kept))
      FOR UPDATE SKIP LOCKED
    ), held AS (
      SELECT id FROM kept UNION ALL SELECT id FROM taken
    ), changed AS (
      UPDATE mimir.register_places p
      SET worker = CASE WHEN h.id IS NULL THEN NULL ELSE $1::uuid END,
        lease_until = CASE WHEN h.id IS NULL THEN NULL ELSE now() + $2::float8 * interval '1 millisecond' END,
        updated_at = now()
      FROM (SELECT id FROM own UNION SELECT id FROM taken) touched
      LEFT JOIN held h ON h.id = touched.id
      WHERE p.id = touched.id
      RETURNING p.worker
    )
    SELECT count(worker)::int AS held FROM changed`,
};

/** Releases the permits and the probes, so that no other worker has to wait for a lease to expire. */
const RELEASE_ALL = {
  name: 'register-limiter-release-all',
  text: `
    WITH places AS (
      UPDATE mimir.register_places SET worker = NULL, lease_until = NULL, updated_at = now()
      WHERE worker = $1::uuid
    ), probes AS (
      UPDATE mimir.register_breakers SET probe_by = NULL, probe_until = NULL, period = period + 1, updated_at = now()
      WHERE probe_by = $1::uuid
    )
    DELETE FROM mimir.register_workers WHERE worker = $1::uuid`,
};

/**
 * Moves the end of the reserved time: the first time reserved is the former end, or a moment soon to come if that is
 * past. A second worker waits for the row lock and counts from the new value.
 */
const RESERVE_TIME = {
  name: 'register-limiter-reserve-time',
  text: `
    UPDATE mimir.register_rate
    SET next_free_at = greatest(next_free_at, clock_timestamp() + $1::float8 * interval '1 millisecond')
        + $2::float8 * interval '1 millisecond',
      updated_at = now()
    WHERE register = 'eis_mvs'
    RETURNING (extract(epoch FROM next_free_at) * 1000)::float8 AS free_again_at_ms,
      (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now_ms`,
};

/** One method's circuit breaker as the database has it. */
export interface BreakerRow {
  /** Grows by one with every change of state; counts and verdicts of an older period are void. */
  readonly period: number;
  /** How long the circuit stays open (no calls): null when it is closed, 0 or less when a probe is due. */
  readonly openForMs: number | null;
  /** Calls of all workers in this period within the last 30 s. */
  readonly window: CallCounts;
  /** Whether the statement that returned this row changed it. */
  readonly changed: boolean;
}

/** A worker's probe of a circuit in a known period. */
export interface ProbeOf {
  readonly method: RegisterMethod;
  readonly worker: string;
  readonly period: number;
}

/** The installation's circuit breakers, one row a method. Each method is one statement and a transaction of its own. */
@Injectable()
export class CircuitBreakerRepository {
  constructor(private readonly sql: Transactions) {}

  read(method: RegisterMethod): Promise<BreakerRow> {
    return this.breaker(READ, [method]);
  }

  /** Adds the calls that ended since the last time. */
  countCalls(
    ended: CallCounts & { method: RegisterMethod; period: number; answered: boolean },
  ): Promise<BreakerRow> {
    const { method, period, calls, failures, answered } = ended;
    return this.breaker(COUNT, [method, period, calls, failures, answered]);
  }

  /** Opens the circuit for all workers: no call goes out for `openMs`. */
  open(want: { method: RegisterMethod; period: number; openMs: number }): Promise<BreakerRow> {
    return this.breaker(OPEN, [want.method, want.period, want.openMs]);
  }

  /** Wins the probe, or prolongs the one this worker has, when one is due. */
  takeProbe(want: { method: RegisterMethod; worker: string; leaseMs: number }): Promise<BreakerRow> {
    return this.breaker(TAKE_PROBE, [want.method, want.worker, want.leaseMs]);
  }

  /** The probe was answered: all workers may call again. */
  close(probe: ProbeOf): Promise<BreakerRow> {
    return this.breaker(CLOSE, [probe.method, probe.worker, probe.period]);
  }

  /** The probe failed: the circuit opens for twice as long as before, `longestMs` at most. */
  reopen(probe: ProbeOf, longestMs: number): Promise<BreakerRow> {
    return this.breaker(REOPEN, [probe.method, probe.worker, probe.period, longestMs]);
  }

  /** The probe was not sent: another worker may try. */
  releaseProbe(probe: ProbeOf): Promise<BreakerRow> {
    return this.breaker(RELEASE_PROBE, [probe.method, probe.worker, probe.period]);
  }

  /** When the register last answered any call of any worker; null when it never did. */
  async lastAnswerAt(): Promise<Date | null> {
    return onlyRow(await this.sql.query<{ answered_at: Date | null }>(LAST_ANSWER)).answered_at;
  }

  /** Which methods may be called now. */
  async states(): Promise<readonly { readonly method: string; readonly is_closed: boolean }[]> {
    return this.sql.query(STATES);
  }

  private async breaker(
    statement: { name: string; text: string },
    values: readonly unknown[],
  ): Promise<BreakerRow> {
    const { period, open_for_ms, calls, failures, changed } = onlyRow(
      await this.sql.query<StoredBreaker>(statement, values),
    );
    return { period, openForMs: open_for_ms, window: { calls, failures }, changed };
  }
}

type StoredBreaker = CallCounts & { period: number; open_for_ms: number | null; changed: boolean };

const WINDOW = `interval '${COUNTED_SECONDS} seconds'`;

/**
 * Every statement returns the breaker's row after the change, or the unchanged row when there was nothing to change,
 * with the calls of its period. Changes compare the period, so of two concurrent ones one is void.
 */
function breakerStatement(name: string, change: string | null): { name: string; text: string } {
  const changed =
    change === null
      ? `SELECT * FROM mimir.register_breakers WHERE false`
      : `UPDATE mimir.register_breakers SET updated_at = now(), ${change} RETURNING *`;
  return {
    name: `register-limiter-${name}`,
    text: `
      WITH changed AS (${changed}), result AS (
        SELECT *, true AS changed FROM changed
        UNION ALL
        SELECT *, false FROM mimir.register_breakers WHERE method = $1::varchar AND NOT EXISTS (SELECT FROM changed)
      )
      SELECT s.period, s.changed, (extract(epoch FROM s.open_until - now()) * 1000)::float8 AS open_for_ms,
        coalesce(sum(c.calls), 0)::int AS calls, coalesce(sum(c.failures), 0)::int AS failures
      FROM result s
      LEFT JOIN mimir.register_call_counts c
        ON c.method = s.method AND c.period = s.period AND c.second > now() - ${WINDOW}
      GROUP BY s.period, s.changed, s.open_until`,
  };
}

const READ = breakerStatement('read-breaker', null);

/**
 * Adds calls to the count of the second, in the period in which they were permitted, and deletes old seconds. The
 * snapshot does not show the rows being added, so their numbers are added to the sum.
 */
const COUNT = {
  name: 'register-limiter-count-calls',
  text: `
    WITH added AS (
      INSERT INTO mimir.register_call_counts AS c (method, period, second, calls, failures)
      SELECT $1::varchar, $2::int, date_trunc('second', now()), $3::int, $4::int WHERE $3::int > 0
      ON CONFLICT (method, period, second) DO UPDATE
        SET calls = c.calls + excluded.calls, failures = c.failures + excluded.failures, updated_at = now()
    ), old AS (
      DELETE FROM mimir.register_call_counts WHERE id IN (
        SELECT id FROM mimir.register_call_counts
        WHERE method = $1::varchar AND second < now() - 2 * ${WINDOW}
        FOR UPDATE SKIP LOCKED)
    ), answered AS (
      UPDATE mimir.register_breakers SET answered_at = now(), updated_at = now()
      WHERE method = $1::varchar AND $5::boolean
    )
    SELECT b.period, false AS changed, (extract(epoch FROM b.open_until - now()) * 1000)::float8 AS open_for_ms,
      (coalesce(sum(c.calls), 0) + CASE WHEN b.period = $2::int THEN $3::int ELSE 0 END)::int AS calls,
      (coalesce(sum(c.failures), 0) + CASE WHEN b.period = $2::int THEN $4::int ELSE 0 END)::int AS failures
    FROM mimir.register_breakers b
    LEFT JOIN mimir.register_call_counts c
      ON c.method = b.method AND c.period = b.period AND c.second > now() - ${WINDOW}
    WHERE b.method = $1::varchar
    GROUP BY b.period, b.open_until`,
};

/** $2 period, $3 for how many milliseconds. */
const OPEN = breakerStatement(
  'open-breaker',
  `open_until = now() + $3::float8 * interval '1 millisecond', open_ms = $3::float8, period = period + 1
   WHERE method = $1::varchar AND period = $2::int AND open_until IS NULL`,
);

/**
 * One worker wins: the second waits for the row lock and then finds the probe taken. The winner prolongs its probe the
 * same way. A probe that did not finish in time is free again. $2 worker, $3 for how many milliseconds.
 */
const TAKE_PROBE = breakerStatement(
  'take-probe',
  `probe_by = $2::uuid, probe_until = now() + $3::float8 * interval '1 millisecond', period = period + 1
   WHERE method = $1::varchar AND open_until <= now()
     AND (probe_until IS NULL OR probe_until <= now() OR probe_by = $2::uuid)`,
);

const OWN_PROBE = `WHERE method = $1::varchar AND probe_by = $2::uuid AND period = $3::int`;

/** $2 worker, $3 period. */
const CLOSE = breakerStatement(
  'close-breaker',
  `open_until = NULL, open_ms = NULL, probe_by = NULL, probe_until = NULL, period = period + 1,
   answered_at = now() ${OWN_PROBE}`,
);

/** $2 worker, $3 period, $4 the longest time allowed. */
const REOPEN = breakerStatement(
  'reopen-breaker',
  `open_ms = least(open_ms * 2, $4::float8), probe_by = NULL, probe_until = NULL, period = period + 1,
   open_until = now() + least(open_ms * 2, $4::float8) * interval '1 millisecond' ${OWN_PROBE}`,
);

/** $2 worker, $3 period. */
const RELEASE_PROBE = breakerStatement(
  'release-probe',
  `probe_by = NULL, probe_until = NULL, period = period + 1 ${OWN_PROBE}`,
);

const LAST_ANSWER = {
  name: 'register-limiter-last-answer',
  text: `SELECT max(answered_at) AS answered_at FROM mimir.register_breakers`,
};

const STATES = {
  name: 'register-limiter-breaker-states',
  text: `SELECT method, open_until IS NULL AS is_closed FROM mimir.register_breakers`,
};
