import { IndexBusyTables } from './index-busy-table';

/** How those who cannot be checked are found by the kind of error, and the name of an official by their tax number. */
export class IndexWorkLists1700000002250 extends IndexBusyTables {
  readonly name = 'IndexWorkLists1700000002250';
  protected readonly indexes = [
    {
      name: 'verification_locks_cannot_be_checked_kind_index',
      table: 'mpi.verification_locks',
      // Ten is the bound from which a check counts as one that does not come to an end.
      columns: '(last_error_kind, person_id, stream) WHERE attempts >= 10',
    },
    {
      name: 'parties_tax_id_index',
      table: 'prm.parties',
      columns: '(tax_id) WHERE is_active AND tax_id IS NOT NULL',
    },
  ];
}
