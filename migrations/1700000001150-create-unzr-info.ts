import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** What the register holds under a UNZR that an official asked about. A row that is pending is the job itself. */
export class CreateUnzrInfo1700000001150 implements MigrationInterface {
  readonly name = 'CreateUnzrInfo1700000001150';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mimir.unzr_info (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        unzr varchar NOT NULL CONSTRAINT unzr_info_unzr_key UNIQUE,
        job_status varchar NOT NULL CONSTRAINT unzr_info_job_status_check
          CHECK (job_status IN ('pending', 'processed', 'failed')),
        info jsonb,
        synced_at timestamptz,
        inserted_by uuid NOT NULL,
        updated_by uuid NOT NULL,
        tries smallint NOT NULL DEFAULT 0,
        next_try_at timestamptz DEFAULT now(),
        claim_id uuid,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await queryRunner.query(`
      CREATE INDEX unzr_info_pending_index ON mimir.unzr_info (next_try_at) WHERE job_status = 'pending'`);
    await commentOn(queryRunner, 'mimir.unzr_info', {
      table:
        'Personal data of the register under a UNZR, asked for by officials. Linked to nobody. Written by the module unzr-info.',
      columns: {
        unzr: 'Number of the record in the demographic register.',
        job_status: 'pending, processed or failed.',
        info: 'What the register answered; null when it holds nothing, or was never reached.',
        synced_at: 'When the register last answered.',
        inserted_by: 'User who asked first.',
        updated_by: 'User who asked last.',
        tries: 'Calls of the register for the pending question.',
        next_try_at: 'When a worker may take the pending row: at its turn, or when who took it seems dead.',
        claim_id: 'Taken under this id; only its holder may write the end.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mimir.unzr_info TO app`);
    await queryRunner.query(`GRANT SELECT ON mimir.unzr_info TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mimir.unzr_info`);
  }
}
