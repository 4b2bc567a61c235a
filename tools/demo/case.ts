import type { CumulativeStatus, StreamReason, StreamStatus } from '../../src/domain/verification/stream';
import type { StreamRowName } from '../../src/domain/verification/stream-status.table';
import type { DocumentKind } from './document-kind';

/** How the stream dms_passport stands before the run. */
export interface Before {
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  /** When the register answered last: never, within the validation period, or before it. */
  readonly synced: 'never' | 'lately' | 'long_ago';
}

/** How it must stand afterwards, and the sum of all streams with it. */
export interface After {
  readonly status: StreamStatus;
  readonly reason: StreamReason;
  /** The answer of the register that is kept at the stream. */
  readonly dataStatus: 0 | 1 | null;
  readonly sum: CumulativeStatus;
}

/** One kind of person or party: how they come into the run and how the rules say they leave it. */
export interface DemoCase {
  readonly title: string;
  /** How many of them there are. */
  readonly people: number;
  readonly documents: readonly DocumentKind[];
  readonly before: Before;
  readonly isActive?: false;
  /** Set by hand in the database (C0). */
  readonly standingSum?: 'NOT_VERIFIED';
  /** Another stream still waits for its register. */
  readonly drfo?: 'VERIFICATION_NEEDED';
  /** Comes into the run waiting for a retry after earlier technical errors. */
  readonly waits?: true;
  readonly after: After | 'as_before';
  /** Leaves the run waiting for a retry. */
  readonly leavesWaiting?: true;
  /** The rows by which the stream changed; several where the order of checks decides. None: nothing was written down. */
  readonly rows: readonly StreamRowName[];
}
