import type { Actor, StreamGround } from './ground';
import type { StreamReason, StreamStatus } from './status';

export type StreamRowName = 'S1' | 'S2' | 'S3' | 'S4' | 'S5' | 'S6' | 'S7' | 'S8' | 'S9' | 'S10' | 'S11';

/** What happens to `unverified_at`. */
export type UnverifiedAtEffect = 'now' | 'clear' | 'keep';

/** What happens to `data_id`, `data_status` and `synced_at` together: emptied, taken from the answer, or untouched. */
export type DataEffect = 'clear' | 'answer' | 'keep';

/**
 * What happens to the lock row.
 * `insert`: the claim writes it, or overwrites one that only waited; `attempts` stays.
 * `delete`: it goes, and the stream's `retry_at` with it, so that nothing waits for a retry of settled data.
 * `wait`: no claim holds it any more, `attempts` grows, the run is remembered, `retry_at` is set.
 * `give_back`: no claim holds it any more, nothing is counted, `retry_at` is left as it is; the row goes when
 * `attempts` is 0.
 */
export type LockEffect = 'insert' | 'delete' | 'wait' | 'give_back';

/** One row of the common table. `as_before` is the pair that stood before the lock. */
export interface StreamStatusRow {
  readonly row: StreamRowName;
  readonly from: 'any' | 'any_but_in_review' | readonly StreamStatus[];
  readonly grounds: readonly [StreamGround, ...StreamGround[]];
  readonly acts: Actor;
  readonly to: StreamStatus | 'as_before';
  readonly reason: StreamReason | 'of_the_stream' | 'as_before';
  readonly unverifiedAt: UnverifiedAtEffect;
  readonly data: DataEffect;
  readonly lock: LockEffect;
  /** Whether the move leaves an audit row, may leave an event, and has the cumulative status recomputed. */
  readonly records: boolean;
}
