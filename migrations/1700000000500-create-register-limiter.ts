import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** What the workers of an installation share about the register: who may call, how fast, and whether at all. */
export class CreateRegisterLimiter1700000000500 implements MigrationInterface {
  /** The name that databases migrated by earlier commits recorded: under another one it would run again there. */
  readonly name = 'CreateRegisterGate1700000000500';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createWorkers(queryRunner);
    await createPlaces(queryRunner);
    await createRate(queryRunner);
    await createBreakers(queryRunner);
    await createCallCounts(queryRunner);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES} TO app`);
    await queryRunner.query(`GRANT SELECT ON ${TABLES} TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${TABLES}`);
  }
}

const TABLES = `mimir.register_workers, mimir.register_places, mimir.register_rate, mimir.register_breakers,
  mimir.register_call_counts`;

const METHODS = `'CheckPassportDMSStatus', 'CheckPassportStatus', 'checkunzr', 'unzr'`;

/** A few rows, each rewritten every second or more often: room on the page, and vacuumed by count, not by share. */
const BUSY = 'WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)';

async function createWorkers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mimir.register_workers (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      worker uuid NOT NULL,
      lease_until timestamptz NOT NULL,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT register_workers_worker_key UNIQUE (worker)
    ) ${BUSY}`);
  await commentOn(queryRunner, 'mimir.register_workers', {
    table:
      'Processes that call the register now and divide its permits among them. Written by the module mvs-trembita.',
    columns: {
      worker: 'The process; a new identifier at every start.',
      lease_until: 'Until when the process is taken to be alive unless it shows a sign of life.',
    },
  });
}

async function createPlaces(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mimir.register_places (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      place integer NOT NULL,
      worker uuid,
      lease_until timestamptz,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT register_places_place_key UNIQUE (place),
      CONSTRAINT register_places_place_check CHECK (place > 0),
      CONSTRAINT register_places_worker_check CHECK ((worker IS NULL) = (lease_until IS NULL))
    ) ${BUSY}`);
  await commentOn(queryRunner, 'mimir.register_places', {
    table:
      'One row per call that may be under way at once in the whole installation: a permit. Written by the module mvs-trembita.',
    columns: {
      place: 'Number of the permit, from 1 to the shared limit.',
      worker: 'The process whose call may use the permit; empty when it is free.',
      lease_until: 'When the permit is free again unless its process renews it.',
    },
  });
}

async function createRate(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mimir.register_rate (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      register varchar NOT NULL,
      next_free_at timestamptz NOT NULL DEFAULT now(),
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT register_rate_register_key UNIQUE (register),
      CONSTRAINT register_rate_register_check CHECK (register IN ('eis_mvs'))
    ) ${BUSY}`);
  await commentOn(queryRunner, 'mimir.register_rate', {
    table: 'When the next call may be sent, which keeps the shared rate. Written by the module mvs-trembita.',
    columns: {
      register: 'The register; all methods of one register share its rate.',
      next_free_at: 'The first moment nobody has reserved yet.',
    },
  });
}

async function createBreakers(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mimir.register_breakers (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      method varchar NOT NULL,
      period integer NOT NULL DEFAULT 0,
      open_until timestamptz,
      open_ms double precision,
      probe_by uuid,
      probe_until timestamptz,
      answered_at timestamptz,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT register_breakers_method_key UNIQUE (method),
      CONSTRAINT register_breakers_method_check CHECK (method IN (${METHODS})),
      CONSTRAINT register_breakers_open_check CHECK ((open_until IS NULL) = (open_ms IS NULL)),
      CONSTRAINT register_breakers_probe_check
        CHECK ((probe_by IS NULL) = (probe_until IS NULL) AND (probe_by IS NULL OR open_until IS NOT NULL))
    ) ${BUSY}`);
  await commentOn(queryRunner, 'mimir.register_breakers', {
    table: 'Circuit breaker of each method of the register. Written by the module mvs-trembita.',
    columns: {
      method: 'Service code of the method.',
      period: 'One more with every change of state; what belongs to an older period counts no more.',
      open_until: 'Nobody calls before this moment, then one probe decides; empty while everybody may call.',
      open_ms: 'For how many milliseconds it was shut the last time; doubles with every probe that fails.',
      probe_by: 'The process whose call is the probe.',
      probe_until: 'When another process may try unless the probe has been decided.',
      answered_at: 'When the register last answered anything, to any process.',
    },
  });
}

async function createCallCounts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mimir.register_call_counts (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      method varchar NOT NULL,
      period integer NOT NULL,
      second timestamptz NOT NULL,
      calls integer NOT NULL DEFAULT 0,
      failures integer NOT NULL DEFAULT 0,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT register_call_counts_method_period_second_key UNIQUE (method, period, second),
      CONSTRAINT register_call_counts_method_check CHECK (method IN (${METHODS})),
      CONSTRAINT register_call_counts_failures_check CHECK (failures BETWEEN 0 AND calls)
    ) ${BUSY}`);
  await commentOn(queryRunner, 'mimir.register_call_counts', {
    table:
      'Ended calls of all processes per second, kept for a minute: what a breaker decides by. Written by mvs-trembita.',
    columns: {
      method: 'Service code of the method.',
      period: 'Period of the breaker in which the calls were permitted.',
      second: 'The second in which they were counted.',
      calls: 'Calls that ended.',
      failures:
        'Those of them that ended as timeout, connection, http_error, fault_server or fault_configuration.',
    },
  });
}
