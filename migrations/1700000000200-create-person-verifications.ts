import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';
import { STATUS_LIST, REASON_LIST, streamComments } from './stream-columns';

/** Nine verification streams of a person, in one row. */
export class CreatePersonVerifications1700000000200 implements MigrationInterface {
  readonly name = 'CreatePersonVerifications1700000000200';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createTable(queryRunner);
    await followPersons(queryRunner);
    await queryRunner.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON mpi.person_verifications TO app`);
    await queryRunner.query(`GRANT SELECT ON mpi.person_verifications TO app_readonly`);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER persons_activity ON mpi.persons`);
    await queryRunner.query(`DROP TABLE mpi.person_verifications`);
    await queryRunner.query(`DROP FUNCTION mpi.carry_person_activity(), mpi.take_person_activity()`);
  }
}

/**
 * A partial index that names a status counts as an index on it, so no status change can be a HOT update;
 * the fill factor leaves space for the new row version on the same page all the same, and vacuum starts early,
 * because a run rewrites every row twice.
 */
async function createTable(queryRunner: QueryRunner): Promise<void> {
  const checks = [
    'nhs',
    'drfo',
    'dracs_death',
    'dracs_birth',
    'dracs_name_change',
    'legal_capacity',
    'unzr',
    'mvs_passport',
    'dms_passport',
  ].map(
    (stream) => `
      CONSTRAINT person_verifications_${stream}_status_check CHECK (${stream}_verification_status IN (${STATUS_LIST})),
      CONSTRAINT person_verifications_${stream}_reason_check CHECK (${stream}_verification_reason IN (${REASON_LIST}))`,
  );
  await queryRunner.query(`
    CREATE TABLE mpi.person_verifications (
      id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
      person_id uuid NOT NULL CONSTRAINT person_verifications_person_id_key UNIQUE REFERENCES mpi.persons,

      nhs_verification_status varchar NOT NULL,
      nhs_verification_reason varchar NOT NULL,
      nhs_verification_comment varchar,
      nhs_unverified_at timestamptz,

      drfo_data_id uuid,
      drfo_data_result smallint,
      drfo_synced_at timestamptz,
      drfo_verification_status varchar NOT NULL,
      drfo_verification_reason varchar NOT NULL,
      drfo_unverified_at timestamptz,

      dracs_death_act_id uuid,
      dracs_death_online_status varchar CONSTRAINT person_verifications_dracs_death_online_status_check
        CHECK (dracs_death_online_status IN ('READY', 'IN_PROCESS', 'COMPLETED')),
      dracs_death_verification_status varchar NOT NULL,
      dracs_death_verification_reason varchar NOT NULL,
      dracs_death_verification_comment varchar,
      dracs_death_unverified_at timestamptz,

      dracs_birth_act_id uuid,
      dracs_birth_synced_at timestamptz,
      dracs_birth_verification_status varchar NOT NULL,
      dracs_birth_verification_reason varchar NOT NULL,
      dracs_birth_verification_comment varchar,
      dracs_birth_unverified_at timestamptz,

      dracs_name_change_verification_status varchar NOT NULL,
      dracs_name_change_verification_reason varchar NOT NULL,
      dracs_name_change_verification_comment varchar,

      legal_capacity_entity_id uuid,
      legal_capacity_entity_type varchar,
      legal_capacity_verification_status varchar NOT NULL,
      legal_capacity_verification_reason varchar NOT NULL,
      legal_capacity_unverified_at timestamptz,

      unzr_data_id uuid,
      unzr_data_status smallint,
      unzr_synced_at timestamptz,
      unzr_verification_status varchar NOT NULL,
      unzr_verification_reason varchar NOT NULL,
      unzr_unverified_at timestamptz,

      mvs_passport_data_id uuid,
      mvs_passport_data_status smallint,
      mvs_passport_synced_at timestamptz,
      mvs_passport_verification_status varchar NOT NULL,
      mvs_passport_verification_reason varchar NOT NULL,
      mvs_passport_unverified_at timestamptz,

      dms_passport_data_id uuid,
      dms_passport_data_status smallint,
      dms_passport_synced_at timestamptz,
      dms_passport_verification_status varchar NOT NULL,
      dms_passport_verification_reason varchar NOT NULL,
      dms_passport_unverified_at timestamptz,

      inserted_at timestamptz NOT NULL DEFAULT now(),
      inserted_by uuid,
      updated_at timestamptz NOT NULL DEFAULT now(),
      updated_by uuid,

      unzr_retry_at timestamptz,
      mvs_passport_retry_at timestamptz,
      dms_passport_retry_at timestamptz,
      person_is_active boolean NOT NULL DEFAULT true,
      ${checks.join(',')}
    ) WITH (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02,
            autovacuum_vacuum_cost_delay = 0)`);
  await commentOn(queryRunner, 'mpi.person_verifications', {
    table:
      'State of the nine verification streams of a person; one row per person. Written by the module verifications.',
    columns: {
      person_id: 'The person.',
      ...streamComments(),
      inserted_by: 'Who wrote the row.',
      updated_by: 'Who last changed the row.',
      ...retryComments(),
      person_is_active:
        'Follows persons.status and persons.is_active, so that the selection reads one table.',
    },
  });
}

/** The register streams wait for a retry each on its own. */
function retryComments(): Record<string, string> {
  return Object.fromEntries(
    ['unzr', 'mvs_passport', 'dms_passport'].map((stream) => [
      `${stream}_retry_at`,
      `Stream ${stream}: the job does not take the person before this moment, after a technical error.`,
    ]),
  );
}

/**
 * The share lock makes a change of activity wait for a verification row that is being written, and the other way
 * round: without it each of the two could miss the other, and the copy would stay wrong.
 */
async function followPersons(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION mpi.carry_person_activity() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE mpi.person_verifications
         SET person_is_active = coalesce(new.status = 'active' AND new.is_active, false)
       WHERE person_id = new.id
         AND person_is_active <> coalesce(new.status = 'active' AND new.is_active, false);
      RETURN null;
    END $$`);
  await queryRunner.query(`
    CREATE TRIGGER persons_activity AFTER UPDATE OF status, is_active ON mpi.persons
    FOR EACH ROW WHEN (old.status IS DISTINCT FROM new.status OR old.is_active IS DISTINCT FROM new.is_active)
    EXECUTE FUNCTION mpi.carry_person_activity()`);
  await queryRunner.query(`
    CREATE FUNCTION mpi.take_person_activity() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      new.person_is_active := coalesce(
        (SELECT p.status = 'active' AND p.is_active FROM mpi.persons p WHERE p.id = new.person_id FOR SHARE), false);
      RETURN new;
    END $$`);
  await queryRunner.query(`
    CREATE TRIGGER person_verifications_activity BEFORE INSERT ON mpi.person_verifications
    FOR EACH ROW EXECUTE FUNCTION mpi.take_person_activity()`);
}
