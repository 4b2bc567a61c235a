import { IndexBusyTables } from './index-busy-table';

/** By which old waits of parties are found, as those of persons are. The program may remove such rows already. */
export class IndexOldPartyLocks1700000001600 extends IndexBusyTables {
  readonly name = 'IndexOldPartyLocks1700000001600';
  /** Claims do not touch it. */
  protected readonly indexes = [
    {
      name: 'party_verification_locks_waiting_index',
      table: 'prm.party_verification_locks',
      columns: '(updated_at) WHERE claim_id IS NULL',
    },
  ];
}
