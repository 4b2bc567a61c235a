import { Injectable } from '@nestjs/common';
import { Transactions } from '../../database/transactions';

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
