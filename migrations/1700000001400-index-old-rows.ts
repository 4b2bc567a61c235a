import { IndexBusyTables } from './index-busy-table';

/** By which old rows are found. Rows of one transaction share their time, so such an index takes few bytes a row. */
export class IndexOldRows1700000001400 extends IndexBusyTables {
  readonly name = 'IndexOldRows1700000001400';
  protected readonly indexes = [
    {
      name: 'status_change_events_inserted_at_index',
      table: 'mpi.status_change_events',
      columns: '(inserted_at)',
    },
    { name: 'audit_log_inserted_at_index', table: 'mpi.audit_log', columns: '(inserted_at)' },
    { name: 'sign_ups_updated_at_index', table: 'mpi.sign_ups', columns: '(updated_at)' },
    // A claimed lock is not in this index, so claims do not touch it.
    {
      name: 'verification_locks_waiting_index',
      table: 'mpi.verification_locks',
      columns: '(updated_at) WHERE claim_id IS NULL',
    },
    {
      name: 'tokens_access_token_expires_at_index',
      table: 'mithril.tokens',
      columns: `(expires_at) WHERE name = 'access_token'`,
    },
  ];
}
