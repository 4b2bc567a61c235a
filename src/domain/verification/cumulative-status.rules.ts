import type { CumulativeStatus, PartyCumulativeStatus, StreamStatus } from './stream';

export type CumulativeRowName = 'C0' | 'C1' | 'C2' | 'C3';

/** The conditions of the rows. Streams in VERIFICATION_NOT_NEEDED are not counted. */
export const CUMULATIVE_CONDITIONS = {
  already_not_verified: 'the person is NOT_VERIFIED already (set by hand in the database)',
  any_counted_not_verified: 'any counted stream is NOT_VERIFIED',
  every_counted_verified: 'every counted stream is VERIFIED, or no stream is counted',
  otherwise: 'otherwise',
} as const;

export type CumulativeCondition = keyof typeof CUMULATIVE_CONDITIONS;

export interface CumulativeStatusRow {
  readonly row: CumulativeRowName;
  readonly when: CumulativeCondition;
  readonly person: CumulativeStatus;
  /** `null`: the row does not exist for parties. */
  readonly party: PartyCumulativeStatus | null;
}

/**
 * The cumulative status of all streams: the first row that fits. C0 is first because no call of this system sets or
 * clears NOT_VERIFIED: it blocks the person, whereas CHANGES_NEEDED does not.
 */
export const CUMULATIVE_STATUS_TABLE = [
  { row: 'C0', when: 'already_not_verified', person: 'NOT_VERIFIED', party: null },
  { row: 'C1', when: 'any_counted_not_verified', person: 'CHANGES_NEEDED', party: 'NOT_VERIFIED' },
  { row: 'C2', when: 'every_counted_verified', person: 'VERIFIED', party: 'VERIFIED' },
  { row: 'C3', when: 'otherwise', person: 'VERIFICATION_NEEDED', party: 'VERIFICATION_NEEDED' },
] as const satisfies readonly CumulativeStatusRow[];

/**
 * The input of the cumulative status. For a locked register stream the caller passes the status before the lock; the NHS
 * stream counts as it is. `current` is null while the person is being created.
 */
export interface CumulativeFacts {
  readonly current: CumulativeStatus | null;
  readonly streams: readonly StreamStatus[];
}

/** The cumulative status of a person, and the row that decided. */
export interface CumulativeDecision {
  readonly row: CumulativeRowName;
  readonly status: CumulativeStatus;
}

/** Decides the cumulative status of a person. */
export function cumulativeRowOf({ current, streams }: CumulativeFacts): CumulativeDecision {
  for (const { row, when, person } of CUMULATIVE_STATUS_TABLE) {
    if (fits(when, streams, current)) return { row, status: person };
  }
  throw new Error('The last row of the cumulative table must always fit.');
}

/** The cumulative status of a person: `persons.verification_status`. */
export function cumulativeStatusOf(sum: CumulativeFacts): CumulativeStatus {
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
  current: CumulativeStatus | null,
): boolean {
  const counted = streams.filter((status) => status !== 'VERIFICATION_NOT_NEEDED');
  switch (when) {
    case 'already_not_verified':
      return current === 'NOT_VERIFIED';
    case 'any_counted_not_verified':
      return counted.includes('NOT_VERIFIED');
    case 'every_counted_verified':
      return counted.every((status) => status === 'VERIFIED');
    case 'otherwise':
      return true;
  }
}
