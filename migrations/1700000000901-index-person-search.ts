import { IndexBusyTables } from './index-busy-table';

/** By what a person who is registered already is found. */
export class IndexPersonSearch1700000000901 extends IndexBusyTables {
  readonly name = 'IndexPersonSearch1700000000901';
  protected readonly indexes = [
    {
      name: 'persons_birth_date_tax_id_index',
      table: 'mpi.persons',
      columns: `(birth_date, tax_id) WHERE status = 'active' AND is_active AND tax_id IS NOT NULL`,
    },
    {
      name: 'persons_birth_date_folded_last_name_index',
      table: 'mpi.persons',
      columns: `(birth_date, mpi.folded_last_name(last_name)) WHERE status = 'active' AND is_active`,
    },
    {
      name: 'person_documents_type_folded_number_index',
      table: 'mpi.person_documents',
      columns: '(type, mpi.folded_document_number(number))',
    },
  ];
}
