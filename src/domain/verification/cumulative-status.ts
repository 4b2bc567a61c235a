import {
  CUMULATIVE_STATUS_TABLE,
  type CumulativeCondition,
  type CumulativeRowName,
} from './cumulative-status.table';
import type { CumulativeStatus, PartyCumulativeStatus, StreamStatus } from './status';

/**
 * What the sum is made of. For a register stream under a lock the caller gives the status before the lock;
 * the NHS stream counts as it stands. `standing` is null when the person is only now being created.
 */
export interface PersonSum {
  readonly standing: CumulativeStatus | null;
  readonly streams: readonly StreamStatus[];
}

/** The cumulative status of a person with the row that gave it. */
export interface CumulativeDecision {
  readonly row: CumulativeRowName;
  readonly status: CumulativeStatus;
}

/** The cumulative status of a person, with its row. */
export function cumulativeRowOf({ standing, streams }: PersonSum): CumulativeDecision {
  for (const { row, when, person } of CUMULATIVE_STATUS_TABLE) {
    if (fits(when, streams, standing)) return { row, status: person };
  }
  throw new Error('The last row of the cumulative table must always fit.');
}

/** The cumulative status of a person: what belongs in `persons.verification_status`. */
export function cumulativeStatusOf(sum: PersonSum): CumulativeStatus {
  return cumulativeRowOf(sum).status;
}

/** The cumulative status of a party: the same rows without C0. */
export function partyStatusOf(streams: readonly StreamStatus[]): PartyCumulativeStatus {
  for (const { when, party } of CUMULATIVE_STATUS_TABLE) {
    if (party !== null && fits(when, streams, null)) return party;
  }
  throw new Error('The last row of the cumulative table must always fit.');
}

function fits(
  when: CumulativeCondition,
  streams: readonly StreamStatus[],
  standing: CumulativeStatus | null,
): boolean {
  const counted = streams.filter((status) => status !== 'VERIFICATION_NOT_NEEDED');
  switch (when) {
    case 'not_verified_stands':
      return standing === 'NOT_VERIFIED';
    case 'any_counted_not_verified':
      return counted.includes('NOT_VERIFIED');
    case 'every_counted_verified':
      return counted.every((status) => status === 'VERIFIED');
    case 'otherwise':
      return true;
  }
}
