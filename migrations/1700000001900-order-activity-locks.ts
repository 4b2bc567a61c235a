import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A table whose activity is copied to the table of its verifications. */
interface Followed {
  readonly table: 'mpi.persons' | 'prm.parties';
  readonly verifications: 'mpi.person_verifications' | 'prm.party_verifications';
  readonly id: 'person_id' | 'party_id';
  readonly copy: 'person_is_active' | 'party_is_active';
  readonly trigger: 'persons_activity' | 'parties_activity';
  readonly carry: 'mpi.carry_person_activity' | 'prm.carry_party_activity';
  /** The statement of the trigger of each row, as the migration that created the table wrote it. */
  readonly statementOfRow: string;
  /** Columns that make a row active. */
  readonly columns: readonly string[];
  /** Whether a row is active, by its columns behind this prefix. */
  readonly active: (row: string) => string;
}

const FOLLOWED: readonly Followed[] = [
  {
    table: 'mpi.persons',
    verifications: 'mpi.person_verifications',
    id: 'person_id',
    copy: 'person_is_active',
    trigger: 'persons_activity',
    carry: 'mpi.carry_person_activity',
    statementOfRow: `UPDATE mpi.person_verifications
         SET person_is_active = coalesce(new.status = 'active' AND new.is_active, false)
       WHERE person_id = new.id
         AND person_is_active <> coalesce(new.status = 'active' AND new.is_active, false)`,
    columns: ['status', 'is_active'],
    active: (row) => `coalesce(${row}.status = 'active' AND ${row}.is_active, false)`,
  },
  {
    table: 'prm.parties',
    verifications: 'prm.party_verifications',
    id: 'party_id',
    copy: 'party_is_active',
    trigger: 'parties_activity',
    carry: 'prm.carry_party_activity',
    statementOfRow: `UPDATE prm.party_verifications SET party_is_active = coalesce(new.is_active, false)
       WHERE party_id = new.id AND party_is_active <> coalesce(new.is_active, false)`,
    columns: ['is_active'],
    active: (row) => `coalesce(${row}.is_active, false)`,
  },
];

/**
 * Persons are locked before their verifications, and the verifications of several persons in the order of their ids. The
 * trigger of each row locked them in the order in which an UPDATE found the persons, against that of every write of the
 * program, and each of the two waited for the other.
 */
export class OrderActivityLocks1700000001900 implements MigrationInterface {
  readonly name = 'OrderActivityLocks1700000001900';

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const followed of FOLLOWED) await carryByStatement(queryRunner, followed);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    for (const followed of FOLLOWED) await carryByRow(queryRunner, followed);
  }
}

/** One trigger a statement, which sees all changed rows. PostgreSQL allows no list of columns here, so the function compares. */
async function carryByStatement(queryRunner: QueryRunner, followed: Followed): Promise<void> {
  const { table, verifications, id, copy, trigger, carry, active } = followed;
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION ${carry}() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      changed uuid[];
    BEGIN
      SELECT array_agg(n.id) INTO changed FROM changed_after AS n JOIN changed_before AS o USING (id)
       WHERE ${active('o')} <> ${active('n')};
      IF changed IS NULL THEN
        RETURN null;
      END IF;
      PERFORM FROM ${verifications} WHERE ${id} = ANY (changed) ORDER BY ${id} FOR UPDATE;
      UPDATE ${verifications} AS v SET ${copy} = ${active('n')}
        FROM changed_after AS n
       WHERE n.id = ANY (changed) AND v.${id} = n.id AND v.${copy} <> ${active('n')};
      RETURN null;
    END $$`);
  await queryRunner.query(`
    CREATE OR REPLACE TRIGGER ${trigger} AFTER UPDATE ON ${table}
    REFERENCING OLD TABLE AS changed_before NEW TABLE AS changed_after
    FOR EACH STATEMENT EXECUTE FUNCTION ${carry}()`);
}

/** As the migrations that created the tables left it. */
async function carryByRow(queryRunner: QueryRunner, followed: Followed): Promise<void> {
  const { table, trigger, carry, columns, statementOfRow } = followed;
  const differs = columns.map((column) => `old.${column} IS DISTINCT FROM new.${column}`).join(' OR ');
  await queryRunner.query(`
    CREATE OR REPLACE TRIGGER ${trigger} AFTER UPDATE OF ${columns.join(', ')} ON ${table}
    FOR EACH ROW WHEN (${differs}) EXECUTE FUNCTION ${carry}()`);
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION ${carry}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${statementOfRow};
      RETURN null;
    END $$`);
}
