import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/** Who may call, and the ages and limits that administrators may change without a new release. */
export class CreateLegalEntities1700000000600 implements MigrationInterface {
  readonly name = 'CreateLegalEntities1700000000600';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createLegalEntities(queryRunner);
    await createGlobalParameters(queryRunner);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${TABLES} TO app`);
    await queryRunner.query(`GRANT SELECT ON ${TABLES} TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TABLE ${TABLES}`);
  }
}

const TABLES = 'prm.legal_entities, prm.global_parameters';

/** The published defaults, in the words of the dictionary of parameters. */
const DEFAULTS = `
  ('no_self_auth_age', '14'),
  ('no_self_registration_age', '14'),
  ('person_full_legal_capacity_age', '18'),
  ('third_person_limit', '150')`;

async function createLegalEntities(queryRunner: QueryRunner): Promise<void> {
  // The dictionary of types is open at its end, so only the statuses are limited to a list.
  await queryRunner.query(`
    CREATE TABLE prm.legal_entities (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      name varchar,
      type varchar NOT NULL,
      status varchar CONSTRAINT legal_entities_status_check CHECK (status IN ('ACTIVE', 'SUSPENDED', 'CLOSED')),
      is_active boolean DEFAULT true,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'prm.legal_entities', {
    table: 'An organisation that works with the system: NHS, a MIS, a PIS. Written by administrators.',
    columns: {
      name: 'Name of the organisation.',
      type: 'NHS, MIS, PIS and others.',
      status: 'ACTIVE, SUSPENDED or CLOSED.',
      is_active: 'False when the record was deactivated.',
    },
  });
}

async function createGlobalParameters(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE prm.global_parameters (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      parameter varchar CONSTRAINT global_parameters_parameter_key UNIQUE,
      value varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`INSERT INTO prm.global_parameters (parameter, value) VALUES ${DEFAULTS}`);
  await commentOn(queryRunner, 'prm.global_parameters', {
    table: 'Ages and limits by which persons are registered. Written by administrators.',
    columns: { parameter: 'Name of the parameter.', value: 'Its value, as text.' },
  });
}
