import type { BusyIndex } from './index-busy-table';

/** A table of verifications that scheduled runs select from. */
interface Checked {
  /** The table of verifications, with its schema. */
  readonly table: string;
  /** The column with the person or party. */
  readonly id: string;
  /** The column with whether they are active. */
  readonly isActive: string;
}

export const PERSONS: Checked = {
  table: 'mpi.person_verifications',
  id: 'person_id',
  isActive: 'person_is_active',
};
export const PARTIES: Checked = {
  table: 'prm.party_verifications',
  id: 'party_id',
  isActive: 'party_is_active',
};

/**
 * One index for each branch of a stream's selection, in the order of the branch. Persons who wait for a retry are in the
 * last one only, inactive ones in none: a claim must not scan rows that it may not select.
 */
export function selectionIndexes(stream: string, { table, id, isActive }: Checked): BusyIndex[] {
  const online = `${stream}_verification_status = 'VERIFICATION_NEEDED'
    AND ${stream}_verification_reason = 'ONLINE_TRIGGERED'`;
  const needed = `${stream}_verification_status = 'VERIFICATION_NEEDED'
    AND ${stream}_verification_reason <> 'ONLINE_TRIGGERED'`;
  const verified = `${stream}_verification_status = 'VERIFIED'`;
  const ready = `${stream}_retry_at IS NULL AND ${isActive}`;
  const never = (which: string): string =>
    `(${id}) WHERE ${which} AND ${stream}_synced_at IS NULL AND ${ready}`;
  const synced = (which: string): string =>
    `(${stream}_synced_at, ${id}) WHERE ${which} AND ${stream}_synced_at IS NOT NULL AND ${ready}`;
  const branches = {
    online_never: never(online),
    online_synced: synced(online),
    needed_never: never(needed),
    needed_synced: synced(needed),
    verified_never: never(verified),
    verified_synced: synced(verified),
    retry: `(${stream}_retry_at, ${id}) WHERE ${stream}_retry_at IS NOT NULL AND ${isActive}
      AND ${stream}_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')`,
  };
  return Object.entries(branches).map(([branch, columns]) => ({
    name: `${table.split('.')[1]}_${stream}_${branch}_index`,
    table,
    columns,
  }));
}

/** Finds the persons whose row refers to an answer of the stream's register. */
export function answerIndex(stream: string): BusyIndex {
  return {
    name: `person_verifications_${stream}_data_id_index`,
    table: PERSONS.table,
    columns: `(${stream}_data_id) WHERE ${stream}_data_id IS NOT NULL`,
  };
}
