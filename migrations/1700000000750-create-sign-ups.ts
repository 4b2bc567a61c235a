import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** What became of each signed content: the same one sent again finds what it made. */
export class CreateSignUps1700000000750 implements MigrationInterface {
  readonly name = 'CreateSignUps1700000000750';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mpi.sign_ups (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        content_sha256 varchar CONSTRAINT sign_ups_content_sha256_key UNIQUE
          CONSTRAINT sign_ups_content_sha256_check CHECK (content_sha256 ~ '^[0-9a-f]{64}$'),
        person_id uuid NOT NULL REFERENCES mpi.persons,
        user_id uuid,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(`CREATE INDEX sign_ups_person_id_index ON mpi.sign_ups (person_id)`);
    await commentOn(queryRunner, 'mpi.sign_ups', {
      table: 'Sign-ups that were carried out, by what was signed. Written by the module persons.',
      columns: {
        content_sha256: 'SHA-256 of the signed container, lower-case hexadecimal.',
        person_id: 'The person who was registered or found.',
        user_id: 'The user of that person in mithril.users.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mpi.sign_ups TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.sign_ups TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mpi.sign_ups`);
  }
}
