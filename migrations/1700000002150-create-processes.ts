import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Which processes run: an operator sees who works, in which version, and who fell silent. */
export class CreateProcesses1700000002150 implements MigrationInterface {
  readonly name = 'CreateProcesses1700000002150';

  async up(queryRunner: QueryRunner): Promise<void> {
    // A row a process, rewritten every few seconds: room on the page, and vacuumed by count, not by share.
    await queryRunner.query(`
      CREATE TABLE mpi.processes (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        role varchar NOT NULL CONSTRAINT processes_role_check
          CHECK (role IN ('api', 'worker', 'api_and_worker', 'command')),
        host varchar NOT NULL,
        version varchar NOT NULL,
        started_at timestamptz NOT NULL,
        last_seen_at timestamptz NOT NULL DEFAULT now(),
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      ) WITH (fillfactor = 50, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 1000)`);
    await commentOn(queryRunner, 'mpi.processes', {
      table:
        'A row a process that runs, or was killed before it could remove its row. Written by the module jobs.',
      columns: {
        id: 'The process; a new identifier at every start. Claims and permits name it as their worker.',
        role: 'api, worker, api_and_worker, or command for a run in the foreground.',
        host: 'Name of the machine or container.',
        version: 'Version of the program.',
        started_at: 'When the process started.',
        last_seen_at: 'When it last gave a sign of life.',
      },
    });
    await queryRunner.query(`
      GRANT SELECT, INSERT (id, role, host, version, started_at), UPDATE (last_seen_at, updated_at), DELETE
         ON mpi.processes TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.processes TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.processes`);
  }
}
