import type { CumulativeStatus, PartyCumulativeStatus } from './status';

export type CumulativeRowName = 'C0' | 'C1' | 'C2' | 'C3';

/** When a row of the sum fits. Streams in VERIFICATION_NOT_NEEDED are not counted. */
export const CUMULATIVE_CONDITIONS = {
  not_verified_stands: 'NOT_VERIFIED stands already (set by hand in the database)',
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
 * The sum of all streams, the first row that fits. C0 comes first because no call of this system sets or lifts
 * a NOT_VERIFIED: it blocks the person, whereas CHANGES_NEEDED does not.
 */
export const CUMULATIVE_STATUS_TABLE = [
  { row: 'C0', when: 'not_verified_stands', person: 'NOT_VERIFIED', party: null },
  { row: 'C1', when: 'any_counted_not_verified', person: 'CHANGES_NEEDED', party: 'NOT_VERIFIED' },
  { row: 'C2', when: 'every_counted_verified', person: 'VERIFIED', party: 'VERIFIED' },
  { row: 'C3', when: 'otherwise', person: 'VERIFICATION_NEEDED', party: 'VERIFICATION_NEEDED' },
] as const satisfies readonly CumulativeStatusRow[];
