import type { MigrationInterface, QueryRunner } from 'typeorm';
import { CreatePersonSearch1700000000900 } from './1700000000900-create-person-search';

/** The search before names and numbers were normalised. Each index would be one more to write for every person. */
export class DropFoldedSearch1700000001802 implements MigrationInterface {
  readonly name = 'DropFoldedSearch1700000001802';
  /** An index is dropped while the table is in use only outside a transaction. */
  readonly transaction = false;

  async up(queryRunner: QueryRunner): Promise<void> {
    for (const index of [
      'persons_birth_date_folded_last_name_index',
      'person_documents_type_folded_number_index',
    ])
      await queryRunner.query(`DROP INDEX CONCURRENTLY IF EXISTS mpi.${index}`);
    await queryRunner.query(
      `DROP FUNCTION IF EXISTS mpi.folded_document_number(text), mpi.folded_last_name(text)`,
    );
  }

  /** In a transaction: nobody writes persons or their documents until the indexes are built. */
  async down(queryRunner: QueryRunner): Promise<void> {
    await new CreatePersonSearch1700000000900().up(queryRunner);
    await queryRunner.query(`
      CREATE INDEX persons_birth_date_folded_last_name_index
        ON mpi.persons (birth_date, mpi.folded_last_name(last_name)) WHERE status = 'active' AND is_active`);
    await queryRunner.query(`
      CREATE INDEX person_documents_type_folded_number_index
        ON mpi.person_documents (type, mpi.folded_document_number(number))`);
  }
}
