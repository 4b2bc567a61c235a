import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Checks that somebody waits for. */
export class CreateCheckRequests1700000001310 implements MigrationInterface {
  readonly name = 'CreateCheckRequests1700000001310';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mpi.check_requests (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        person_id uuid NOT NULL,
        stream varchar NOT NULL,
        requested_by uuid NOT NULL,
        requested_at timestamptz NOT NULL DEFAULT now(),
        next_look_at timestamptz DEFAULT now(),
        ended_at timestamptz,
        ended_as varchar CONSTRAINT check_requests_ended_as_check CHECK (ended_as IN ('done', 'failed')),
        error_kind varchar,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT check_requests_person_id_stream_key UNIQUE (person_id, stream)
      )`);
    await queryRunner.query(`
      CREATE INDEX check_requests_open_index ON mpi.check_requests (next_look_at) WHERE next_look_at IS NOT NULL`);
    await commentOn(queryRunner, 'mpi.check_requests', {
      table: 'Checks to be made at once. An open row is the job itself. Written by the module verifications.',
      columns: {
        id: 'Another one with each request: an end that belongs to an older request finds no row.',
        person_id: 'The person.',
        stream: 'The verification stream.',
        requested_by: 'User who asked last.',
        requested_at: 'When it was asked for last.',
        next_look_at: 'When a worker may look at the open row next; empty once it is over.',
        ended_at: 'When a worker saw that it was over.',
        ended_as: 'done, or failed because the register gave no answer; empty while it is open.',
        error_kind: 'Kind of the technical error of a failed one.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mpi.check_requests TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.check_requests TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.check_requests`);
  }
}
