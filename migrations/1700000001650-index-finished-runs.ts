import type { MigrationInterface, QueryRunner } from 'typeorm';
import { type BusyIndex, indexBusyTable } from './index-busy-table';

/** By it every collection of figures finds the last finished run of each job, one entry a job. */
export class IndexFinishedRuns1700000001650 implements MigrationInterface {
  readonly name = 'IndexFinishedRuns1700000001650';
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    await indexBusyTable(queryRunner, FINISHED);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP INDEX mpi.${FINISHED.name}`);
  }
}

const FINISHED: BusyIndex = {
  name: 'job_runs_finished_index',
  table: 'mpi.job_runs',
  columns: `(job, finished_at) WHERE status = 'FINISHED'`,
};
