import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';
import { PARTY_STREAM_COLUMNS, REASON_LIST, STATUS_LIST, streamComments } from './stream-columns';

/** Health workers with their documents and verifications. */
export class CreateParties1700000000400 implements MigrationInterface {
  readonly name = 'CreateParties1700000000400';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createParties(queryRunner);
    await createPartyVerifications(queryRunner);
    const tables = 'prm.parties, prm.party_documents, prm.party_verifications, prm.party_verification_locks';
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON ${tables} TO app`);
    await queryRunner.query(`GRANT SELECT ON ${tables} TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP TABLE prm.party_verification_locks, prm.party_verifications, prm.party_documents, prm.parties`);
  }
}

async function createParties(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE TABLE prm.parties (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      first_name varchar,
      last_name varchar,
      second_name varchar,
      birth_date date,
      tax_id varchar,
      is_active boolean DEFAULT true,
      verification_status varchar CONSTRAINT parties_verification_status_check
        CHECK (verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED', 'NOT_VERIFIED')),
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await commentOn(queryRunner, 'prm.parties', {
    table:
      'A natural person known as a health worker. verification_status is written by the module verifications.',
    columns: {
      first_name: 'Given name.',
      last_name: 'Family name.',
      second_name: 'Patronymic.',
      birth_date: 'Day of birth.',
      tax_id: 'Tax number (РНОКПП).',
      is_active: 'False when the record was deactivated.',
      verification_status: 'Cumulative status: the sum of all streams of the party.',
    },
  });
  await queryRunner.query(`
    CREATE TABLE prm.party_documents (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      party_id uuid NOT NULL REFERENCES prm.parties,
      type varchar NOT NULL,
      number varchar NOT NULL,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now()
    )`);
  await queryRunner.query(`CREATE INDEX party_documents_party_id_index ON prm.party_documents (party_id)`);
  await queryRunner.query(
    `CREATE INDEX party_documents_type_number_index ON prm.party_documents (type, lower(number))`,
  );
  await commentOn(queryRunner, 'prm.party_documents', {
    table: 'Documents of a party.',
    columns: {
      party_id: 'The party.',
      type: 'Kind of document.',
      number: 'Series and number as on the document.',
    },
  });
}

async function createPartyVerifications(queryRunner: QueryRunner): Promise<void> {
  const answered = (stream: string): string => `
      ${stream}_data_id uuid,
      ${stream}_data_status smallint,
      ${stream}_synced_at timestamptz,
      ${stream}_verification_status varchar NOT NULL,
      ${stream}_verification_reason varchar NOT NULL,
      ${stream}_unverified_at timestamptz,`;
  const checks = Object.keys(PARTY_STREAM_COLUMNS).map(
    (stream) => `
      CONSTRAINT party_verifications_${stream}_status_check CHECK (${stream}_verification_status IN (${STATUS_LIST})),
      CONSTRAINT party_verifications_${stream}_reason_check CHECK (${stream}_verification_reason IN (${REASON_LIST}))`,
  );
  await queryRunner.query(`
    CREATE TABLE prm.party_verifications (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      party_id uuid NOT NULL CONSTRAINT party_verifications_party_id_key UNIQUE REFERENCES prm.parties,

      drfo_data_id uuid,
      drfo_data_result smallint,
      drfo_synced_at timestamptz,
      drfo_verification_status varchar NOT NULL,
      drfo_verification_reason varchar NOT NULL,
      drfo_unverified_at timestamptz,

      dracs_death_online_status varchar CONSTRAINT party_verifications_dracs_death_online_status_check
        CHECK (dracs_death_online_status IN ('READY', 'IN_PROCESS', 'COMPLETED')),
      dracs_death_verification_status varchar NOT NULL,
      dracs_death_verification_reason varchar NOT NULL,
      dracs_death_verification_comment varchar,
      dracs_death_unverified_at timestamptz,
      ${answered('mvs_passport')}
      ${answered('dms_passport')}
      dracs_name_change_verification_status varchar NOT NULL,
      dracs_name_change_verification_reason varchar NOT NULL,
      dracs_name_change_verification_comment varchar,

      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      ${checks.join(',')}
    )`);
  await commentOn(queryRunner, 'prm.party_verifications', {
    table: 'State of the verification streams of a party. Written by the module verifications.',
    columns: { party_id: 'The party.', ...streamComments(PARTY_STREAM_COLUMNS) },
  });
  await queryRunner.query(`
    CREATE TABLE prm.party_verification_locks (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      party_id uuid NOT NULL,
      stream varchar NOT NULL,
      claim_id uuid,
      status_before varchar CONSTRAINT party_verification_locks_status_before_check
        CHECK (status_before IN (${STATUS_LIST})),
      reason_before varchar CONSTRAINT party_verification_locks_reason_before_check
        CHECK (reason_before IN (${REASON_LIST})),
      attempts integer DEFAULT 0,
      tried_in_run uuid,
      last_message_id varchar,
      last_error_kind varchar,
      inserted_at timestamptz NOT NULL DEFAULT now(),
      updated_at timestamptz NOT NULL DEFAULT now(),
      CONSTRAINT party_verification_locks_party_id_stream_key UNIQUE (party_id, stream)
    )`);
  await commentOn(queryRunner, 'prm.party_verification_locks', {
    table: 'As mpi.verification_locks, for parties. Written by the module verifications.',
    columns: {
      party_id: 'The party.',
      stream: 'The verification stream.',
      claim_id: 'The claim that covers the party; empty while it only waits for a retry.',
      status_before: 'Status before the lock.',
      reason_before: 'Reason before the lock.',
      attempts: 'Technical errors in a row.',
      tried_in_run: 'The run in which the last technical error occurred.',
      last_message_id: 'Trembita message of the last technical error.',
      last_error_kind: 'Kind of the last technical error.',
    },
  });
}
