import { agedRows, type Keeping, type OldRows } from '../../database/old-rows';

/** Sign-ups whose signed content nobody could send again: its signature is too old by then. */
export function oldSignUps(keeping: Keeping): OldRows {
  return agedRows({ ...keeping, schema: 'mpi', table: 'sign_ups', by: 'updated_at' });
}
