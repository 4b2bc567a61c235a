import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What the search for a person who is registered already folds: look-ups, locks and indexes do it by these alike. */
export class CreatePersonSearch1700000000900 implements MigrationInterface {
  readonly name = 'CreatePersonSearch1700000000900';

  async up(queryRunner: QueryRunner): Promise<void> {
    await createFoldedDocumentNumber(queryRunner);
    await createFoldedLastName(queryRunner);
  }

  /** The next step may have been broken off with an index made by them. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`
      DROP INDEX IF EXISTS mpi.persons_birth_date_folded_last_name_index, mpi.person_documents_type_folded_number_index`);
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
