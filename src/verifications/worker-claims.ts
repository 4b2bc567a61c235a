import { performance } from 'node:perf_hooks';
import type {
  Claim,
  Claimant,
  ClaimRepository,
  WaitingPerson,
  ClaimLeaseRepository,
} from './claim.repository';
import { type Mark, READY_BRANCHES, START } from './claim.sql';

/**
 * How long a worker trusts its marks. Whoever comes back before a mark (released, rescued, just changed) is seen at
 * the next reset; a reset walks over what an old transaction keeps alive in the indexes, so it is not done at every claim.
 */
const MARKS_LAST_MS = 60_000;

/** So many waiting persons are read at once and put in the order of the selection: memory stays bounded. */
const RETRY_WINDOW = 1_000;

/** Whom the next claim is for; the threshold moves with the day. */
export type NextClaimant = () => Claimant;

/**
 * One worker's way through the selection: batch after batch, behind its marks, and last of all the people whose wait
 * for a retry is over.
 */
export class BatchClaimer {
  private marks: Mark[] = [];
  private marksSetAtMs = -Infinity;
  private retryMark: Mark = START;
  private window: WaitingPerson[] = [];

  constructor(
    private readonly claims: ClaimRepository,
    private readonly claimant: NextClaimant,
    private readonly ignoreWait: boolean,
  ) {}

  /** Takes up to `size` persons. An empty claim means that nobody is due, whatever the marks were. */
  async next(size: number): Promise<Claim> {
    if (performance.now() - this.marksSetAtMs > MARKS_LAST_MS) this.resetMarks();
    const fromStart = this.atStart();
    const ready = await this.claims.claimReady(this.claimant(), size, this.marks);
    for (const { branch, mark } of ready.taken) this.marks[branch] = mark;
    if (ready.held.length >= size) return ready;
    // Nothing is due behind the marks any more: look again at those who came back before them.
    this.resetMarks();
    if (ready.held.length > 0) return ready;
    return fromStart ? this.nextRetries(size) : this.next(size);
  }

  /** Whether anybody could be taken, one whose wait is over included; takes nobody. */
  async anybodyDue(): Promise<boolean> {
    if (await this.claims.anybodyDue(this.claimant())) return true;
    // Read anew: whom the window shows, another worker may have taken meanwhile.
    this.retryMark = START;
    this.window = [];
    return this.readWindow();
  }

  private async nextRetries(size: number): Promise<Claim> {
    for (;;) {
      if (this.window.length === 0 && !(await this.readWindow())) return NOBODY;
      const claim = await this.claims.claimListed(this.claimant(), this.window.splice(0, size));
      if (claim.held.length > 0) return claim;
    }
  }

  /** The next people whose wait is over; those who failed in this run are left behind the mark. */
  private async readWindow(): Promise<boolean> {
    const choices = { size: RETRY_WINDOW, ignoreWait: this.ignoreWait };
    const waiting = await this.claims.retryWindow(this.claimant(), this.retryMark, choices);
    const last = waiting.at(-1);
    if (last === undefined) return false;
    this.retryMark = last.mark;
    this.window = waiting.filter(({ tried }) => !tried).sort(byTurn);
    return this.window.length > 0 || this.readWindow();
  }

  private resetMarks(): void {
    this.marks = READY_BRANCHES.map(() => START);
    this.marksSetAtMs = performance.now();
  }

  private atStart(): boolean {
    return this.marks.every((mark) => mark === START);
  }
}

const NOBODY: Claim = { claimId: '', held: [], taken: [], nowMs: undefined };

/** By `synced_at`, nobody asked before first, then by person. Both are texts of one form and compare as such. */
function byTurn(one: WaitingPerson, other: WaitingPerson): number {
  return compare(one.syncedAt ?? '', other.syncedAt ?? '') || compare(one.mark.id, other.mark.id);
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

/** Ended claims are removed together: one by one each would cost a statement. */
const REMOVE_EVERY_MS = 1_000;

interface Lease {
  readonly seconds: number;
  readonly failed: (error: unknown) => void;
}

/** The claims of one worker: keeps them alive, and lets each go when its last person is written. */
export class ClaimLeases {
  private readonly left = new Map<string, number>();
  private done: string[] = [];
  private timer: NodeJS.Timeout | undefined;
  private removedAtMs = performance.now();

  constructor(
    private readonly leases: ClaimLeaseRepository,
    private readonly lease: Lease,
  ) {}

  /** Three renewals in a lease: two may be lost before anybody takes the worker for dead. */
  start(): void {
    this.timer = setInterval(() => void this.renew(), (this.lease.seconds * 1000) / 3);
  }

  opened(claimId: string, persons: number): void {
    this.left.set(claimId, persons);
  }

  /** One person under the claim is written. */
  finished(claimId: string): void {
    const left = (this.left.get(claimId) ?? 0) - 1;
    if (left > 0) this.left.set(claimId, left);
    else if (this.left.delete(claimId)) this.done.push(claimId);
  }

  /** Removes the claims nobody is held under any more, if that is due. */
  async settle(): Promise<void> {
    if (performance.now() - this.removedAtMs >= REMOVE_EVERY_MS) await this.remove();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.remove();
  }

  /** What fails now is tried again with the next. */
  private async remove(): Promise<void> {
    const done = this.done;
    if (done.length === 0) return;
    this.done = [];
    this.removedAtMs = performance.now();
    try {
      await this.leases.finish(done);
    } catch (error) {
      this.done.push(...done);
      this.lease.failed(error);
    }
  }

  private async renew(): Promise<void> {
    try {
      await this.leases.renew([...this.left.keys()], this.lease.seconds);
      await this.remove();
    } catch (error) {
      this.lease.failed(error);
    }
  }
}

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

/** Long enough to smooth groups, short enough to follow a register that slows down. */
const WINDOW_MS = 2_000;

/** How many a second, over the last moments. */
export class RecentRate {
  private previous = 0;
  private current = 0;
  private startedAtMs: number;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.startedAtMs = nowMs();
  }

  add(n: number): void {
    this.turn();
    this.current += n;
  }

  perSecond(): number {
    this.turn();
    const elapsedMs = Math.max(this.nowMs() - this.startedAtMs, WINDOW_MS / 10);
    return Math.max((this.current / elapsedMs) * 1000, (this.previous / WINDOW_MS) * 1000);
  }

  private turn(): void {
    const elapsedMs = this.nowMs() - this.startedAtMs;
    if (elapsedMs < WINDOW_MS) return;
    this.previous = elapsedMs < 2 * WINDOW_MS ? this.current : 0;
    this.current = 0;
    this.startedAtMs = this.nowMs();
  }
}
