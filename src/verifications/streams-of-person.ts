import type { CumulativeStatus, StreamReason, StreamStatus } from '../domain/verification/status';
import { STREAMS, type RegisterStreamName } from '../domain/verification/stream';

/** A person's row just after a change of one stream: what the sum and the records are made of. */
export interface ChangedPersonRow {
  readonly person_id: string;
  readonly claim_id?: string;
  /** Before the change; for a person under a lock, before the lock. */
  readonly status_before: StreamStatus;
  readonly reason_before: StreamReason;
  /** All nine streams after the change, in the order of `STREAMS`, with a blank between: quicker to read than an array. */
  readonly statuses: string;
  /** Register streams under a lock and the status they count with. */
  readonly locked: Readonly<Partial<Record<RegisterStreamName, StreamStatus>>> | null;
  readonly cumulative_before: CumulativeStatus | null;
}

const STATUSES = STREAMS.map((stream) => `v.${stream}_verification_status`).join(" || ' ' || ");

/** To be returned by an update of `person_verifications AS v`. */
export const RETURNING_STATUSES = `v.person_id, ${STATUSES} AS statuses`;

/** What a change returns, from its CTE `changed`. $1 is always the stream. */
export const SELECT_CHANGED = `
  SELECT changed.*, p.verification_status AS cumulative_before,
         (SELECT jsonb_object_agg(other.stream, other.status_before) FROM mpi.verification_locks AS other
           WHERE other.person_id = changed.person_id AND other.stream <> $1::varchar
             AND other.claim_id IS NOT NULL) AS locked
    FROM changed JOIN mpi.persons AS p ON p.id = changed.person_id`;

/** What each stream counts with: a register stream in review counts with what stood before its lock. */
export function countedStatuses(row: ChangedPersonRow): StreamStatus[] {
  const statuses = row.statuses.split(' ') as StreamStatus[];
  return STREAMS.map((stream, index) => {
    const status = statuses[index];
    if (status === undefined) throw new Error('A row of person_verifications lacks a stream.');
    const before = row.locked?.[stream as RegisterStreamName];
    return status === 'IN_REVIEW' && before !== undefined ? before : status;
  });
}
