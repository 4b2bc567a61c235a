import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Workers with different settings take part in one run; who is due in it is decided by the setting it began with. */
export class RecordRunPeriod1700000001910 implements MigrationInterface {
  readonly name = 'RecordRunPeriod1700000001910';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE mpi.job_runs ADD COLUMN validation_period_days integer`);
    await queryRunner.query(`
      COMMENT ON COLUMN mpi.job_runs.validation_period_days IS
        'After how many days an answer is checked again in this run; set by the process that starts it or joins it first.'`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`ALTER TABLE mpi.job_runs DROP COLUMN validation_period_days`);
  }
}
