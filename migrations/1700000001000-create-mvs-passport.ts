import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** The stream mvs_passport: stolen and lost passports that were found, and the indexes of its selection. */
export class CreateMvsPassport1700000001000 implements MigrationInterface {
  readonly name = 'CreateMvsPassport1700000001000';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mimir.mvs_passport_data (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        pass_type varchar NOT NULL,
        pas_serial varchar,
        pas_number varchar NOT NULL,
        pas_status smallint NOT NULL,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT mvs_passport_data_document_key UNIQUE NULLS NOT DISTINCT (pass_type, pas_serial, pas_number)
      )`);
    await commentOn(queryRunner, 'mimir.mvs_passport_data', {
      table: 'Passports found in the register of stolen and lost ones. Written by the room mvs-passport.',
      columns: {
        pass_type: 'Kind of document as the register numbers it; 0101 is the passport booklet.',
        pas_serial: 'Series; empty for an ID card.',
        pas_number: 'Number.',
        pas_status: 'Answer of the register: 1 found.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mimir.mvs_passport_data TO app`);
    await queryRunner.query(`GRANT SELECT ON mimir.mvs_passport_data TO app_readonly`);
    await addSelection(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const branch of Object.keys(BRANCHES)) {
      await queryRunner.query(`DROP INDEX mpi.person_verifications_mvs_passport_${branch}_index`);
    }
    await queryRunner.query(`DROP INDEX mpi.person_verifications_mvs_passport_data_id_index`);
    await queryRunner.query(`DROP TABLE mimir.mvs_passport_data`);
  }
}

const ONLINE = `mvs_passport_verification_status = 'VERIFICATION_NEEDED'
  AND mvs_passport_verification_reason = 'ONLINE_TRIGGERED'`;
const NEEDED = `mvs_passport_verification_status = 'VERIFICATION_NEEDED'
  AND mvs_passport_verification_reason <> 'ONLINE_TRIGGERED'`;
const VERIFIED = `mvs_passport_verification_status = 'VERIFIED'`;
const READY = 'mvs_passport_retry_at IS NULL AND person_is_active';

/**
 * One index per branch of the selection, in the branch's order. Whoever waits for a retry or is inactive stands
 * in none but the last: a claim must not walk past people it may not take.
 */
const BRANCHES = {
  online_never: `(person_id) WHERE ${ONLINE} AND mvs_passport_synced_at IS NULL AND ${READY}`,
  online_synced: `(mvs_passport_synced_at, person_id) WHERE ${ONLINE} AND mvs_passport_synced_at IS NOT NULL AND ${READY}`,
  needed_never: `(person_id) WHERE ${NEEDED} AND mvs_passport_synced_at IS NULL AND ${READY}`,
  needed_synced: `(mvs_passport_synced_at, person_id) WHERE ${NEEDED} AND mvs_passport_synced_at IS NOT NULL AND ${READY}`,
  verified_never: `(person_id) WHERE ${VERIFIED} AND mvs_passport_synced_at IS NULL AND ${READY}`,
  verified_synced: `(mvs_passport_synced_at, person_id) WHERE ${VERIFIED} AND mvs_passport_synced_at IS NOT NULL AND ${READY}`,
  retry: `(mvs_passport_retry_at, person_id) WHERE mvs_passport_retry_at IS NOT NULL AND person_is_active
    AND mvs_passport_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')`,
} as const;

async function addSelection(queryRunner: QueryRunner): Promise<void> {
  for (const [branch, definition] of Object.entries(BRANCHES)) {
    await queryRunner.query(
      `CREATE INDEX person_verifications_mvs_passport_${branch}_index ON mpi.person_verifications ${definition}`,
    );
  }
  await queryRunner.query(`
    CREATE INDEX person_verifications_mvs_passport_data_id_index
      ON mpi.person_verifications (mvs_passport_data_id) WHERE mvs_passport_data_id IS NOT NULL`);
}
