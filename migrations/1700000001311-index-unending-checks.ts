import { IndexBusyTables } from './index-busy-table';

/** How the persons are found whose checks do not come to an end. */
export class IndexUnendingChecks1700000001311 extends IndexBusyTables {
  readonly name = 'IndexUnendingChecks1700000001311';
  protected readonly indexes = [
    {
      name: 'verification_locks_cannot_be_checked_index',
      table: 'mpi.verification_locks',
      // Ten is the bound from which a check counts as one that does not come to an end.
      columns: '(person_id, stream) WHERE attempts >= 10',
    },
  ];
}
