import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * By what a person who is registered already is found. The indexes are built inside the transaction: a copy of the
 * program that waits for its turn to migrate does so inside a statement, CREATE INDEX CONCURRENTLY waits for the end of
 * every statement, and the two would wait for one another for ever. Writes to the two tables stand still meanwhile. Who
 * cannot afford that makes the functions and the indexes beforehand, concurrently and under these names: what is there
 * already is left as it is.
 */
export class CreatePersonSearch1700000000900 implements MigrationInterface {
  readonly name = 'CreatePersonSearch1700000000900';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createFoldedDocumentNumber(queryRunner);
    await createFoldedLastName(queryRunner);
    await createIndexes(queryRunner);
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX mpi.persons_birth_date_tax_id_index, mpi.persons_birth_date_folded_last_name_index,
        mpi.person_documents_type_folded_number_index`);
    await queryRunner.query(`DROP FUNCTION mpi.folded_document_number(text), mpi.folded_last_name(text)`);
  }
}

/**
 * No search path is set and nothing is looked up in one: the body is parsed now. So PostgreSQL puts it in place of the
 * call, and the index costs what the expression costs.
 */
async function createFoldedDocumentNumber(queryRunner: QueryRunner): Promise<void> {
  // The second row of letters is Ukrainian: А В С Е Н І К М О Р Т Х.
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION mpi.folded_document_number(number text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(upper(number),
      'ABCEHIKMOPTX',
      'АВСЕНІКМОРТХ')`);
  await queryRunner.query(`
    COMMENT ON FUNCTION mpi.folded_document_number(text) IS
      'Number of a document as persons are searched by it: upper case, Latin look-alikes as Ukrainian letters.'`);
}

async function createFoldedLastName(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE OR REPLACE FUNCTION mpi.folded_last_name(last_name text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN translate(lower(last_name), E' \\t\\r\\n\\u00A0', '')`);
  await queryRunner.query(`
    COMMENT ON FUNCTION mpi.folded_last_name(text) IS
      'Family name as persons are searched by it: lower case, no spaces.'`);
}

async function createIndexes(queryRunner: QueryRunner): Promise<void> {
  await queryRunner.query(`
    CREATE INDEX IF NOT EXISTS persons_birth_date_tax_id_index ON mpi.persons (birth_date, tax_id)
     WHERE status = 'active' AND is_active AND tax_id IS NOT NULL`);
  await queryRunner.query(`
    CREATE INDEX IF NOT EXISTS persons_birth_date_folded_last_name_index
        ON mpi.persons (birth_date, mpi.folded_last_name(last_name))
     WHERE status = 'active' AND is_active`);
  await queryRunner.query(`
    CREATE INDEX IF NOT EXISTS person_documents_type_folded_number_index
        ON mpi.person_documents (type, mpi.folded_document_number(number))`);
}
