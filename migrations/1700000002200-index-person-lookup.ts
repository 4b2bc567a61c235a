import type { QueryRunner } from 'typeorm';
import { IndexBusyTables } from './index-busy-table';

/** By what officials find a person. Inactive persons have an index of their own: those of the sign-up have active ones only. */
export class IndexPersonLookup1700000002200 extends IndexBusyTables {
  readonly name = 'IndexPersonLookup1700000002200';
  protected readonly indexes = [
    {
      name: 'persons_tax_id_index',
      table: 'mpi.persons',
      columns: '(tax_id) WHERE tax_id IS NOT NULL',
    },
    {
      name: 'persons_unzr_index',
      table: 'mpi.persons',
      columns: '(unzr) WHERE unzr IS NOT NULL',
    },
    {
      name: 'persons_inactive_birth_date_searched_last_name_index',
      table: 'mpi.persons',
      columns: `(birth_date, mpi.searched_last_name(last_name))
                WHERE (status = 'active' AND is_active) IS NOT TRUE`,
    },
  ];

  /** Without statistics of its expression, PostgreSQL would expect every name to find thousands of inactive persons. */
  override async up(queryRunner: QueryRunner): Promise<void> {
    await super.up(queryRunner);
    await queryRunner.query('ANALYZE mpi.persons');
  }
}
