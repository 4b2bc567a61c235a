/** What a worker knows when it thinks about taking more people. */
export interface Load {
  readonly batchSize: number;
  /** People taken whose review has not ended. */
  readonly underReview: number;
  /** People whose review has ended and is not written yet. */
  readonly unwritten: number;
  /** Calls this worker may have under way at once. */
  readonly capacity: number;
  /** Reviews that ended in a second, lately. */
  readonly finishedPerSecond: number;
  readonly leaseSeconds: number;
}

/** People waiting to be asked, as a multiple of the calls under way: the slow tail of a batch must not starve the rest. */
const WAITING_PER_CALL = 2;

/** Four of the largest groups: with more than these to write the database does not keep up, or a row is held. */
const MOST_UNWRITTEN = 2_000;

/**
 * How many people to take now; 0 when there are enough. A whole batch as soon as fewer than two people wait for each
 * call, since a claim costs the same for one person as for a hundred. Never more than can be asked in a third of the
 * lease, so that a worker that dies holds up few people, and never fewer than can be asked at once.
 */
export function claimSize({ batchSize, capacity, underReview, unwritten, ...pace }: Load): number {
  if (underReview >= capacity * (1 + WAITING_PER_CALL) || unwritten > MOST_UNWRITTEN) return 0;
  const withinLease = Math.max(capacity, Math.floor((pace.finishedPerSecond * pace.leaseSeconds) / 3));
  const room = withinLease - underReview;
  if (room >= batchSize) return batchSize;
  // A slow register: wait until a good part of the room is free and a claim is worth its statements, unless a place
  // at the register stands empty.
  const isWorthwhile = room >= Math.min(batchSize, withinLease) / 4 || underReview < capacity;
  return isWorthwhile ? powerOfTwoWithin(room) : 0;
}

/** Each size is a statement of its own, prepared once on each connection: a few sizes do. */
function powerOfTwoWithin(n: number): number {
  return n < 1 ? 0 : 2 ** Math.floor(Math.log2(n));
}
