import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** The stream dms_passport: found documents. */
export class CreateDmsPassport1700000000450 implements MigrationInterface {
  readonly name = 'CreateDmsPassport1700000000450';

  async up(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      CREATE TABLE mimir.dms_passport_data (
        id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
        pass_type varchar NOT NULL,
        pas_serial varchar,
        pas_number varchar NOT NULL,
        pas_status smallint NOT NULL,
        inserted_at timestamptz NOT NULL DEFAULT now(),
        updated_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT dms_passport_data_document_key UNIQUE NULLS NOT DISTINCT (pass_type, pas_serial, pas_number)
      )`);
    await commentOn(queryRunner, 'mimir.dms_passport_data', {
      table: 'Documents found in the register of invalid documents. Written by the module dms-passport.',
      columns: {
        pass_type: 'Kind of document as the register numbers it; 0101 is the passport booklet.',
        pas_serial: 'Series; empty for an ID card.',
        pas_number: 'Number.',
        pas_status: 'Answer of the register: 1 found.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mimir.dms_passport_data TO app`);
    await queryRunner.query(`GRANT SELECT ON mimir.dms_passport_data TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mimir.dms_passport_data`);
  }
}
