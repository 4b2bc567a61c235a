import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** The stream unzr: confirmed numbers, and the indexes of its selection. */
export class CreateUnzr1700000001050 implements MigrationInterface {
  readonly name = 'CreateUnzr1700000001050';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mimir.unzr_data (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        unzr varchar CONSTRAINT unzr_data_unzr_key UNIQUE,
        family_name varchar,
        given_name varchar,
        patronymic_name varchar,
        date_birth date,
        status smallint,
        description varchar,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now()
      )`);
    await commentOn(queryRunner, 'mimir.unzr_data', {
      table: 'UNZRs that the demographic register confirmed. Written by the room unzr.',
      columns: {
        unzr: 'Number of the record in the demographic register.',
        family_name: 'Last name that was asked about.',
        given_name: 'First name that was asked about.',
        patronymic_name: 'Second name that was asked about; empty when the person has none.',
        date_birth: 'Date of birth that was asked about.',
        status: 'Answer of the register: 1 found.',
        description: 'What the register said of its answer in words.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mimir.unzr_data TO app`);
    await queryRunner.query(`GRANT SELECT ON mimir.unzr_data TO app_readonly`);
    await addSelection(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const branch of Object.keys(BRANCHES)) {
      await queryRunner.query(`DROP INDEX mpi.person_verifications_unzr_${branch}_index`);
    }
    await queryRunner.query(`DROP INDEX mpi.person_verifications_unzr_data_id_index`);
    await queryRunner.query(`DROP TABLE mimir.unzr_data`);
  }
}

const ONLINE = `unzr_verification_status = 'VERIFICATION_NEEDED'
  AND unzr_verification_reason = 'ONLINE_TRIGGERED'`;
const NEEDED = `unzr_verification_status = 'VERIFICATION_NEEDED'
  AND unzr_verification_reason <> 'ONLINE_TRIGGERED'`;
const VERIFIED = `unzr_verification_status = 'VERIFIED'`;
const READY = 'unzr_retry_at IS NULL AND person_is_active';

/**
 * One index per branch of the selection, in the branch's order. Whoever waits for a retry or is inactive stands
 * in none but the last: a claim must not walk past people it may not take.
 */
const BRANCHES = {
  online_never: `(person_id) WHERE ${ONLINE} AND unzr_synced_at IS NULL AND ${READY}`,
  online_synced: `(unzr_synced_at, person_id) WHERE ${ONLINE} AND unzr_synced_at IS NOT NULL AND ${READY}`,
  needed_never: `(person_id) WHERE ${NEEDED} AND unzr_synced_at IS NULL AND ${READY}`,
  needed_synced: `(unzr_synced_at, person_id) WHERE ${NEEDED} AND unzr_synced_at IS NOT NULL AND ${READY}`,
  verified_never: `(person_id) WHERE ${VERIFIED} AND unzr_synced_at IS NULL AND ${READY}`,
  verified_synced: `(unzr_synced_at, person_id) WHERE ${VERIFIED} AND unzr_synced_at IS NOT NULL AND ${READY}`,
  retry: `(unzr_retry_at, person_id) WHERE unzr_retry_at IS NOT NULL AND person_is_active
    AND unzr_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')`,
} as const;

async function addSelection(queryRunner: QueryRunner): Promise<void> {
  for (const [branch, definition] of Object.entries(BRANCHES)) {
    await queryRunner.query(
      `CREATE INDEX person_verifications_unzr_${branch}_index ON mpi.person_verifications ${definition}`,
    );
  }
  await queryRunner.query(`
    CREATE INDEX person_verifications_unzr_data_id_index
      ON mpi.person_verifications (unzr_data_id) WHERE unzr_data_id IS NOT NULL`);
}
