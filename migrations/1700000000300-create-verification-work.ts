import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';
import { REASON_LIST, STATUS_LIST } from './stream-columns';

/** Claims, locks, runs and the counters of runs: everything a worker leaves behind while it works. */
export class CreateVerificationWork1700000000300 implements MigrationInterface {
  readonly name = 'CreateVerificationWork1700000000300';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createClaims(queryRunner);
    await createLocks(queryRunner);
    await createRuns(queryRunner);
    await createRunCounts(queryRunner);
    const tables =
      'mpi.verification_claims, mpi.verification_locks, mpi.job_runs, mpi.job_schedules, mpi.job_run_counts';
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO app`);
    await queryRunner.query(`GRANT SELECT ON ${tables} TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE mpi.job_run_counts, mpi.job_schedules, mpi.job_runs, mpi.verification_locks, mpi.verification_claims`);
  }
}

async function createClaims(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.verification_claims (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      run_id uuid,
      stream varchar NOT NULL,
      worker varchar,
      taken_at timestamptz,
      lease_until timestamptz,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
  await queryRunner.query(
    `CREATE INDEX verification_claims_run_id_index ON mpi.verification_claims (run_id)`,
  );
  await queryRunner.query(
    `CREATE INDEX verification_claims_worker_index ON mpi.verification_claims (worker)`,
  );
  await commentOn(queryRunner, 'mpi.verification_claims', {
    table: 'A batch of persons claimed by one worker. Written by the module verifications.',
    columns: {
      run_id: 'The run the batch belongs to; empty when it belongs to none.',
      stream: 'The verification stream.',
      worker: 'The process that claimed the batch.',
      taken_at: 'When the batch was taken.',
      lease_until: 'Until when the claim lives unless its worker renews it.',
    },
  });
}

async function createLocks(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.verification_locks (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL,
      stream varchar NOT NULL,
      claim_id uuid,
      status_before varchar CONSTRAINT verification_locks_status_before_check CHECK (status_before IN (${STATUS_LIST})),
      reason_before varchar CONSTRAINT verification_locks_reason_before_check CHECK (reason_before IN (${REASON_LIST})),
      attempts integer DEFAULT 0,
      tried_in_run uuid,
      last_message_id varchar,
      last_error_kind varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT verification_locks_person_id_stream_key UNIQUE (person_id, stream)
    ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
            autovacuum_vacuum_cost_delay = 0)`);
  await queryRunner.query(`
    CREATE INDEX verification_locks_claim_id_index ON mpi.verification_locks (claim_id) WHERE claim_id IS NOT NULL`);
  await commentOn(queryRunner, 'mpi.verification_locks', {
    table:
      'What a person had before they were taken for review, or the wait for a retry. Written by verifications.',
    columns: {
      person_id: 'The person.',
      stream: 'The verification stream.',
      claim_id: 'The claim that covers the person; empty while they only wait for a retry.',
      status_before: 'Status before the lock.',
      reason_before: 'Reason before the lock.',
      attempts: 'Technical errors in a row.',
      tried_in_run: 'The run in which the last technical error occurred: it does not take the person again.',
      last_message_id: 'Trembita message of the last technical error; signed evidence is found by it.',
      last_error_kind: 'Kind of the last technical error.',
    },
  });
}

async function createRuns(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.job_runs (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      job varchar,
      tick timestamptz,
      started_at timestamptz,
      finished_at timestamptz,
      started_by uuid,
      worker varchar,
      lease_until timestamptz,
      status varchar CONSTRAINT job_runs_status_check
        CHECK (status IN ('RUNNING', 'FINISHED', 'FAILED', 'STOPPED', 'SKIPPED')),
      counts jsonb,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT job_runs_job_tick_key UNIQUE (job, tick)
    )`);
  await queryRunner.query(
    `CREATE UNIQUE INDEX job_runs_running_key ON mpi.job_runs (job) WHERE status = 'RUNNING'`,
  );
  await queryRunner.query(`CREATE INDEX job_runs_started_at_index ON mpi.job_runs (started_at DESC, id)`);
  await commentOn(queryRunner, 'mpi.job_runs', {
    table: 'A run of a job, started by the schedule or by hand. Written by the module jobs.',
    columns: {
      job: 'Name of the job.',
      tick: 'Tick of the schedule; empty when it was started by hand. A tick runs once.',
      started_at: 'When it was started.',
      finished_at: 'When it ended.',
      started_by: 'User who started it.',
      worker: 'Process that owns the run and alone ends it.',
      lease_until: 'Until when the holder is taken to be alive.',
      status: 'RUNNING, FINISHED, FAILED, STOPPED, or SKIPPED because another run was going.',
      counts: 'What the run did, summed up at its end.',
    },
  });
  await queryRunner.query(`
    CREATE TABLE mpi.job_schedules (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      job varchar NOT NULL CONSTRAINT job_schedules_job_key UNIQUE,
      first_seen_at timestamptz NOT NULL DEFAULT now(),
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'mpi.job_schedules', {
    table: 'Since when a schedule is known: ticks before that are not caught up. Written by the module jobs.',
    columns: { job: 'Name of the job.', first_seen_at: 'When a worker first saw the schedule.' },
  });
}

async function createRunCounts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.job_run_counts (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      run_id uuid NOT NULL,
      worker varchar NOT NULL,
      counter varchar NOT NULL,
      n bigint NOT NULL DEFAULT 0,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT job_run_counts_run_id_worker_counter_key UNIQUE (run_id, worker, counter)
    ) WITH (fillfactor = 20, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
  await commentOn(queryRunner, 'mpi.job_run_counts', {
    table:
      'What each worker did in a run, added in the transaction that did it. Each worker has rows of its own.',
    columns: {
      run_id: 'The run.',
      worker: 'The process.',
      counter: 'What is counted, or technical_errors.<kind>.',
      n: 'How many.',
    },
  });
}
