import type { BusyIndex } from './index-busy-table';

/** Whose verifications a timetable goes through. */
interface Checked {
  /** The table of verifications, with its schema. */
  readonly table: string;
  /** Whom a row of it is about. */
  readonly id: string;
  /** Whether the one it is about is active. */
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
 * One index per branch of a stream's selection, in the branch's order. Whoever waits for a retry or is inactive stands
 * in none but the last: a claim must not walk past people it may not take.
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

/** By which the persons are found whose row points to an answer of the stream's register. */
export function answerIndex(stream: string): BusyIndex {
  return {
    name: `person_verifications_${stream}_data_id_index`,
    table: PERSONS.table,
    columns: `(${stream}_data_id) WHERE ${stream}_data_id IS NOT NULL`,
  };
}
