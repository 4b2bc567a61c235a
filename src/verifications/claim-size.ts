/** What a worker knows when it thinks about taking more people. */
export interface Load {
  readonly batchSize: number;
  /** People taken whose review has not ended. */
  readonly underReview: number;
  /** Calls this worker may have under way at once. */
  readonly capacity: number;
  /** Reviews that ended in a second, lately. */
  readonly finishedPerSecond: number;
  readonly leaseSeconds: number;
}

/** People waiting to be asked, as a multiple of the calls under way: the slow tail of a batch must not starve the rest. */
const WAITING_PER_CALL = 2;

/**
 * How many people to take now; 0 when there are enough. Never more than can be asked in a third of the lease, so
 * that a worker that dies holds up few people, and never fewer than can be asked at once.
 */
export function claimSize({
  batchSize,
  underReview,
  capacity,
  finishedPerSecond,
  leaseSeconds,
}: Load): number {
  const wanted = capacity * (1 + WAITING_PER_CALL);
  const withinLease = Math.max(capacity, Math.floor((finishedPerSecond * leaseSeconds) / 3));
  const room = Math.min(wanted, withinLease) - underReview;
  // A claim costs the same for one person as for a hundred: wait until a good part of the room is free.
  const worthwhile = Math.min(batchSize, Math.max(1, Math.ceil(Math.min(wanted, withinLease) / 4)));
  return room < worthwhile ? 0 : Math.min(batchSize, powerOfTwoWithin(room));
}

/** Each size is a statement of its own, prepared once on each connection: a few sizes do. */
function powerOfTwoWithin(n: number): number {
  return n < 1 ? 0 : 2 ** Math.floor(Math.log2(n));
}
