import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** How fast runs go on and how many people are due: measured once for the installation, however many watch. */
export class CreateRunProgress1700000002151 implements MigrationInterface {
  readonly name = 'CreateRunProgress1700000002151';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createSamples(queryRunner);
    await createDueCounts(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.job_run_samples, mpi.due_counts`);
  }
}

async function createSamples(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.job_run_samples (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      run_id uuid NOT NULL,
      sampled_at timestamptz NOT NULL DEFAULT now(),
      done bigint NOT NULL,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(
    `CREATE INDEX job_run_samples_run_id_index ON mpi.job_run_samples (run_id, sampled_at DESC)`,
  );
  await commentOn(queryRunner, 'mpi.job_run_samples', {
    table:
      'How much each running run had done every few seconds of the last minutes. Written by the module verifications.',
    columns: {
      run_id: 'The run.',
      sampled_at: 'When its counters were read.',
      done: 'Persons or parties with a result by then.',
    },
  });
  await queryRunner.query(`GRANT SELECT, INSERT (run_id, done), DELETE ON mpi.job_run_samples TO app`);
  // PostgreSQL asks for a column that may be updated before a row is locked; nothing writes it.
  await queryRunner.query(`GRANT UPDATE (updated_at) ON mpi.job_run_samples TO app`);
  await queryRunner.query(`GRANT SELECT ON mpi.job_run_samples TO app_readonly`);
}

async function createDueCounts(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE mpi.due_counts (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      job varchar NOT NULL CONSTRAINT due_counts_job_key UNIQUE,
      due integer,
      counted_at timestamptz,
      started_at timestamptz NOT NULL DEFAULT now(),
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT due_counts_counted_at_check CHECK ((due IS NULL) = (counted_at IS NULL))
    )`);
  await commentOn(queryRunner, 'mpi.due_counts', {
    table:
      'How many people are due for a job, counted at most once a minute by one process for all. Written by verifications.',
    columns: {
      job: 'Name of the job.',
      due: 'How many were due, retries aside; empty until the first count has ended.',
      counted_at: 'When that count ended.',
      started_at: 'When a process last started a count: nobody else does within a minute.',
    },
  });
  await queryRunner.query(`
    GRANT SELECT, INSERT (job), UPDATE (due, counted_at, started_at, updated_at) ON mpi.due_counts TO app`);
  await queryRunner.query(`GRANT SELECT ON mpi.due_counts TO app_readonly`);
}
