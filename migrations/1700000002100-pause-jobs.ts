import type { MigrationInterface, QueryRunner } from 'typeorm';

/** An operator pauses a job; a run says how many were due when it started. Both tables stay small. */
export class PauseJobs1700000002100 implements MigrationInterface {
  readonly name = 'PauseJobs1700000002100';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      ALTER TABLE mpi.job_schedules
        ADD COLUMN paused_at timestamptz, ADD COLUMN paused_by uuid, ADD COLUMN pause_reason varchar,
        ADD COLUMN resumed_at timestamptz,
        ADD CONSTRAINT job_schedules_pause_check CHECK (num_nulls(paused_at, paused_by, pause_reason) IN (0, 3))`);
    await queryRunner.query(`ALTER TABLE mpi.job_runs ADD COLUMN due_at_start bigint`);
    for (const [column, text] of Object.entries(COMMENTS)) {
      await queryRunner.query(`COMMENT ON COLUMN mpi.${column} IS '${text}'`);
    }
    await queryRunner.query(`GRANT UPDATE (${PAUSE_COLUMNS}, updated_at) ON mpi.job_schedules TO app`);
    await queryRunner.query(`GRANT UPDATE (due_at_start) ON mpi.job_runs TO app`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`REVOKE UPDATE (updated_at) ON mpi.job_schedules FROM app`);
    await queryRunner.query(`ALTER TABLE mpi.job_runs DROP COLUMN due_at_start`);
    await queryRunner.query(`
      ALTER TABLE mpi.job_schedules
        DROP COLUMN paused_at, DROP COLUMN paused_by, DROP COLUMN pause_reason, DROP COLUMN resumed_at`);
  }
}

const PAUSE_COLUMNS = 'paused_at, paused_by, pause_reason, resumed_at';

const COMMENTS: Readonly<Record<string, string>> = {
  'job_schedules.paused_at':
    'Since when nothing of the job is claimed and no run of it starts; empty while it is not paused.',
  'job_schedules.paused_by': 'User who paused it.',
  'job_schedules.pause_reason': 'Why, in the words of that user.',
  'job_schedules.resumed_at': 'When the last pause ended.',
  'job_runs.due_at_start':
    'How many were due when the run started, retries aside; counted once, by the process that holds the run.',
};
