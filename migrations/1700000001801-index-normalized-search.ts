import type { QueryRunner } from 'typeorm';
import { IndexBusyTables } from './index-busy-table';

/** By what a person who is registered already is found, and by what the other holders of a document are. */
export class IndexNormalizedSearch1700000001801 extends IndexBusyTables {
  readonly name = 'IndexNormalizedSearch1700000001801';
  protected readonly indexes = [
    {
      name: 'persons_birth_date_searched_last_name_index',
      table: 'mpi.persons',
      columns: `(birth_date, mpi.searched_last_name(last_name)) WHERE status = 'active' AND is_active`,
    },
    {
      name: 'person_documents_type_searched_number_index',
      table: 'mpi.person_documents',
      columns: '(type, mpi.searched_document_number(type, number))',
    },
    {
      name: 'party_documents_type_searched_number_index',
      table: 'prm.party_documents',
      columns: '(type, mpi.searched_document_number(type, number))',
    },
  ];

  /** Without statistics of the expressions, PostgreSQL would expect every search to find thousands of rows. */
  override async up(queryRunner: QueryRunner): Promise<void> {
    await super.up(queryRunner);
    await queryRunner.query('ANALYZE mpi.persons, mpi.person_documents, prm.party_documents');
  }
}
