import type { MigrationInterface, QueryRunner } from 'typeorm';
import { commentOn } from './comment-on';

/**
 * Parties are checked on a schedule as persons are: who is active, who waits, and whose claim it is. Nobody else reads
 * their verifications until these statements are committed, so none of them looks at the rows.
 */
export class CheckParties1700000001300 implements MigrationInterface {
  readonly name = 'CheckParties1700000001300';

  async up(queryRunner: QueryRunner): Promise<void> {
    await addColumns(queryRunner);
    await followParties(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`DROP TRIGGER parties_activity ON prm.parties`);
    await queryRunner.query(`DROP TRIGGER party_verifications_activity ON prm.party_verifications`);
    await queryRunner.query(`DROP FUNCTION prm.carry_party_activity(), prm.take_party_activity()`);
    await queryRunner.query(`ALTER TABLE mpi.verification_claims DROP COLUMN subject`);
    await queryRunner.query(`
      ALTER TABLE prm.party_verifications
        RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_analyze_scale_factor, autovacuum_vacuum_cost_delay),
        DROP COLUMN party_is_active, DROP COLUMN dms_passport_retry_at, DROP COLUMN mvs_passport_retry_at, DROP COLUMN updated_by, DROP COLUMN inserted_by`);
    await queryRunner.query(`
      ALTER TABLE prm.party_verification_locks
        RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_vacuum_cost_delay)`);
  }
}

/** The tables of parties are worked on as those of persons are, and keep room and are vacuumed like them. */
async function addColumns(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    ALTER TABLE prm.party_verifications
      ADD COLUMN inserted_by uuid,
      ADD COLUMN updated_by uuid,
      ADD COLUMN mvs_passport_retry_at timestamptz,
      ADD COLUMN dms_passport_retry_at timestamptz,
      ADD COLUMN party_is_active boolean NOT NULL DEFAULT true,
      SET (fillfactor = 85, autovacuum_vacuum_scale_factor = 0.01, autovacuum_analyze_scale_factor = 0.02,
           autovacuum_vacuum_cost_delay = 0)`);
  await queryRunner.query(`
    ALTER TABLE prm.party_verification_locks
      SET (fillfactor = 70, autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
           autovacuum_vacuum_cost_delay = 0)`);
  // The condition is tried on every row: there is one for each batch under way, so never many.
  await queryRunner.query(`
    ALTER TABLE mpi.verification_claims ADD COLUMN subject varchar NOT NULL DEFAULT 'persons'
      CONSTRAINT verification_claims_subject_check CHECK (subject IN ('persons', 'parties'))`);
  await commentOn(queryRunner, 'prm.party_verifications', {
    table: 'State of the verification streams of a party. Written by the module verifications.',
    columns: {
      inserted_by: 'Who wrote the row.',
      updated_by: 'Who last changed the row.',
      ...Object.fromEntries(
        ['mvs_passport', 'dms_passport'].map((stream) => [
          `${stream}_retry_at`,
          `Stream ${stream}: the job does not take the party before this moment, after a technical error.`,
        ]),
      ),
      party_is_active: 'Follows parties.is_active, so that the selection reads one table.',
    },
  });
  await queryRunner.query(`
    COMMENT ON COLUMN mpi.verification_claims.subject IS 'Whom the batch is made of: persons or parties.'`);
}

/** As `mpi.persons` is followed: the share lock makes a change of activity wait for a row that is being written. */
async function followParties(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE FUNCTION prm.carry_party_activity() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      UPDATE prm.party_verifications SET party_is_active = coalesce(new.is_active, false)
       WHERE party_id = new.id AND party_is_active <> coalesce(new.is_active, false);
      RETURN null;
    END $$`);
  await queryRunner.query(`
    CREATE TRIGGER parties_activity AFTER UPDATE OF is_active ON prm.parties
    FOR EACH ROW WHEN (old.is_active IS DISTINCT FROM new.is_active)
    EXECUTE FUNCTION prm.carry_party_activity()`);
  await queryRunner.query(`
    CREATE FUNCTION prm.take_party_activity() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      new.party_is_active := coalesce(
        (SELECT p.is_active FROM prm.parties p WHERE p.id = new.party_id FOR SHARE), false);
      RETURN new;
    END $$`);
  await queryRunner.query(`
    CREATE TRIGGER party_verifications_activity BEFORE INSERT ON prm.party_verifications
    FOR EACH ROW EXECUTE FUNCTION prm.take_party_activity()`);
}
