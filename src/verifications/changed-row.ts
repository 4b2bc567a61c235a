import { cumulativeStatusOf, partyStatusOf } from '../domain/verification/cumulative-status';
import type { CumulativeStatus, StreamPair, StreamReason, StreamStatus } from '../domain/verification/status';
import type { RegisterStreamName, SubjectName } from '../domain/verification/stream';
import type { SumChange } from './record-changes';
import { PERSONS, type Subject } from './subject';

/** The row of a person or party just after a change of one stream: what the sum and the records are made of. */
export interface ChangedRow {
  readonly id: string;
  readonly claim_id?: string;
  /** Before the change; for somebody under a lock, before the lock. */
  readonly status_before: StreamStatus;
  readonly reason_before: StreamReason;
  /** All streams after the change, in the order of the subject's streams, with a blank between: quicker to read than an array. */
  readonly statuses: string;
  /** Register streams under a lock and the status they count with. */
  readonly locked: Readonly<Partial<Record<RegisterStreamName, StreamStatus>>> | null;
  readonly cumulative_before: CumulativeStatus | null;
}

/** A row that was changed: what stood before, and the sum of all streams before and after. */
export interface ChangedPerson {
  /** Of the person or party. */
  readonly id: string;
  /** The claim under which it was decided; null when it was decided under none. */
  readonly claimId: string | null;
  readonly before: StreamPair;
  readonly sum: SumChange;
}

/** To be returned by an update of the verifications `AS v`. */
export function returningStatuses({ id, streams }: Subject): string {
  const statuses = streams.map((stream) => `v.${stream}_verification_status`).join(" || ' ' || ");
  return `v.${id} AS id, ${statuses} AS statuses`;
}

/** What a change returns, from its CTE `changed`. $1 is always the stream. */
export function selectChanged({ id, people, locks }: Subject): string {
  return `
  SELECT changed.*, p.verification_status AS cumulative_before,
         (SELECT jsonb_object_agg(other.stream, other.status_before) FROM ${locks} AS other
           WHERE other.${id} = changed.id AND other.stream <> $1::varchar
             AND other.claim_id IS NOT NULL) AS locked
    FROM changed JOIN ${people} AS p ON p.id = changed.id`;
}

/** How the streams add up. */
const SUM_OF: Readonly<
  Record<SubjectName, (standing: CumulativeStatus | null, streams: readonly StreamStatus[]) => string>
> = {
  persons: (standing, streams) => cumulativeStatusOf({ standing, streams }),
  parties: (_standing, streams) => partyStatusOf(streams),
};

/** A changed row as the records tell it, with the sum that follows from it. */
export function changedPerson(row: ChangedRow, subject: Subject = PERSONS): ChangedPerson {
  const before = row.cumulative_before;
  return {
    id: row.id,
    claimId: row.claim_id ?? null,
    before: { verificationStatus: row.status_before, verificationReason: row.reason_before },
    sum: { id: row.id, before, after: SUM_OF[subject.name](before, countedStatuses(row, subject)) },
  };
}

/** What each stream counts with: a register stream in review counts with what stood before its lock. */
function countedStatuses(row: ChangedRow, { streams }: Subject): StreamStatus[] {
  const statuses = row.statuses.split(' ') as StreamStatus[];
  return streams.map((stream, index) => {
    const status = statuses[index];
    if (status === undefined) throw new Error('A row of verifications lacks a stream.');
    const before = row.locked?.[stream as RegisterStreamName];
    return status === 'IN_REVIEW' && before !== undefined ? before : status;
  });
}
