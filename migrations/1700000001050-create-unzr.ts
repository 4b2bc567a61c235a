import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** The stream unzr: confirmed numbers. */
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
      table: 'UNZRs that the demographic register confirmed. Written by the module unzr.',
      columns: {
        unzr: 'Number of the record in the demographic register.',
        family_name: 'Last name that was asked about.',
        given_name: 'First name that was asked about.',
        patronymic_name: 'Second name that was asked about; empty when the person has none.',
        date_birth: 'Date of birth that was asked about.',
        status: 'Answer of the register: 1 found.',
        description: 'Words of the register about its answer.',
      },
    });
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mimir.unzr_data TO app`);
    await queryRunner.query(`GRANT SELECT ON mimir.unzr_data TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE mimir.unzr_data`);
  }
}
