import { performance } from 'node:perf_hooks';
import type { Claim, Claimant, ClaimRepository, WaitingPerson } from './claim.repository';
import { type Mark, READY_BRANCHES, START } from './claim.sql';

/**
 * How long a worker trusts its marks. Persons who become due again before a mark (released, reclaimed, just changed) are
 * found at the next reset. A reset reads across what an old transaction keeps alive in the indexes, so not every claim
 * does one.
 */
const MARKS_LAST_MS = 60_000;

/** This many waiting persons are read at once and sorted: it bounds memory. */
const RETRY_WINDOW = 1_000;

/** Ended claims are removed together: one by one, each would cost a statement. */
const REMOVE_EVERY_MS = 1_000;

/** Persons waiting to be asked about, as a multiple of the calls in flight: the slow tail of a batch must not starve the rest. */
const WAITING_PER_CALL = 2;

/** Four of the largest groups: more unwritten outcomes mean that the database is too slow, or that a row is locked. */
const MAX_UNWRITTEN = 2_000;

/** Long enough to smooth groups, short enough to follow a register that gets slower. */
const RATE_WINDOW_MS = 2_000;

const EMPTY_CLAIM: Claim = { claimId: '', persons: [], marks: [], nowMs: undefined };

/** For whom the next claim is made; the threshold changes with the day. */
export type NextClaimant = () => Claimant;

/**
 * One worker's way through the selection: batch after batch, from its marks on, and last the persons whose retry time has
 * come.
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

  /** Claims up to `size` persons. An empty claim means that nobody is due, whatever the marks were. */
  async claimBatch(size: number): Promise<Claim> {
    if (performance.now() - this.marksSetAtMs > MARKS_LAST_MS) this.resetMarks();
    const fromStart = this.atStart();
    const ready = await this.claims.claimReady(this.claimant(), size, this.marks);
    for (const { branch, mark } of ready.marks) this.marks[branch] = mark;
    if (ready.persons.length >= size) return ready;
    // Nobody is due after the marks any more: look again for those who became due before them.
    this.resetMarks();
    if (ready.persons.length > 0) return ready;
    return fromStart ? this.claimRetries(size) : this.claimBatch(size);
  }

  /** Whether anybody could be claimed, retries included. Claims nobody. */
  async anybodyDue(): Promise<boolean> {
    if (await this.claims.anybodyDue(this.claimant())) return true;
    // Read the window again: another worker may have claimed the persons in it.
    this.retryMark = START;
    this.window = [];
    return this.readWindow();
  }

  private async claimRetries(size: number): Promise<Claim> {
    for (;;) {
      if (this.window.length === 0 && !(await this.readWindow())) return EMPTY_CLAIM;
      const claim = await this.claims.claimRetries(this.claimant(), this.window.splice(0, size));
      if (claim.persons.length > 0) return claim;
    }
  }

  /** Reads the next persons whose retry time has come, without those who failed in this run. */
  private async readWindow(): Promise<boolean> {
    const choices = { size: RETRY_WINDOW, ignoreWait: this.ignoreWait };
    const waiting = await this.claims.retryWindow(this.claimant(), this.retryMark, choices);
    const last = waiting.at(-1);
    if (last === undefined) return false;
    this.retryMark = last.mark;
    this.window = waiting.filter(({ tried }) => !tried).sort(bySyncTime);
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

/** By `synced_at`, never synced first, then by id. Both are strings of one format, so they compare as strings. */
function bySyncTime(one: WaitingPerson, other: WaitingPerson): number {
  return compare(one.syncedAt ?? '', other.syncedAt ?? '') || compare(one.mark.id, other.mark.id);
}

const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other));

interface Lease {
  readonly seconds: number;
  readonly failed: (error: unknown) => void;
}

/** The open claims of one worker: renews their leases, and removes each claim after its last person is written. */
export class ClaimLeases {
  private readonly left = new Map<string, number>();
  private done: string[] = [];
  private removal: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | undefined;
  private removedAtMs = performance.now();

  constructor(
    private readonly claims: Pick<ClaimRepository, 'renew' | 'finish'>,
    private readonly lease: Lease,
  ) {}

  /** Renews three times in a lease: two renewals may be lost before the lease expires. */
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

  /** Removes the claims that have no person left, at most once a second. */
  async settle(): Promise<void> {
    if (performance.now() - this.removedAtMs >= REMOVE_EVERY_MS) await this.remove();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.remove();
  }

  /** One after the other: the last one also tries again what failed in those before. */
  private remove(): Promise<void> {
    this.removal = this.removal.then(() => this.removeDone());
    return this.removal;
  }

  private async removeDone(): Promise<void> {
    const done = this.done;
    if (done.length === 0) return;
    this.done = [];
    this.removedAtMs = performance.now();
    try {
      await this.claims.finish(done);
    } catch (error) {
      this.done.push(...done);
      this.lease.failed(error);
    }
  }

  private async renew(): Promise<void> {
    try {
      await this.claims.renew([...this.left.keys()], this.lease.seconds);
      await this.remove();
    } catch (error) {
      this.lease.failed(error);
    }
  }
}

/** What a worker knows when it decides how many persons to claim. */
export interface Load {
  readonly batchSize: number;
  /** Claimed persons whose review has not ended. */
  readonly underReview: number;
  /** Persons whose review has ended and is not written yet. */
  readonly unwritten: number;
  /** Calls this worker may have in flight. */
  readonly capacity: number;
  /** Recent reviews per second. */
  readonly finishedPerSecond: number;
  readonly leaseSeconds: number;
}

/**
 * How many persons to claim now; 0 if there are enough. A whole batch as soon as fewer than two persons wait for each
 * call, since a claim costs the same for one person as for a hundred. Never more than can be asked in a third of the
 * lease, so that a worker that dies delays few persons, and never fewer than can be asked at once.
 */
export function claimSize({ batchSize, capacity, underReview, unwritten, ...pace }: Load): number {
  if (underReview >= capacity * (1 + WAITING_PER_CALL) || unwritten > MAX_UNWRITTEN) return 0;
  const withinLease = Math.max(capacity, Math.floor((pace.finishedPerSecond * pace.leaseSeconds) / 3));
  const unused = withinLease - underReview;
  if (unused >= batchSize) return batchSize;
  // A slow register: wait until a good part of it is unused and a claim is worth its statements, unless a permit is free.
  const isWorthwhile = unused >= Math.min(batchSize, withinLease) / 4 || underReview < capacity;
  return isWorthwhile ? powerOfTwoWithin(unused) : 0;
}

/** Each size is a statement of its own, prepared once on each connection: a few sizes are enough. */
function powerOfTwoWithin(n: number): number {
  return n < 1 ? 0 : 2 ** Math.floor(Math.log2(n));
}

/** How many per second, over the last two to four seconds. */
export class RecentRate {
  private previous = 0;
  private current = 0;
  private startedAtMs: number;

  constructor(private readonly nowMs: () => number = () => performance.now()) {
    this.startedAtMs = nowMs();
  }

  add(n: number): void {
    this.advance();
    this.current += n;
  }

  perSecond(): number {
    this.advance();
    const elapsedMs = Math.max(this.nowMs() - this.startedAtMs, RATE_WINDOW_MS / 10);
    return Math.max((this.current / elapsedMs) * 1000, (this.previous / RATE_WINDOW_MS) * 1000);
  }

  private advance(): void {
    const elapsedMs = this.nowMs() - this.startedAtMs;
    if (elapsedMs < RATE_WINDOW_MS) return;
    this.previous = elapsedMs < 2 * RATE_WINDOW_MS ? this.current : 0;
    this.current = 0;
    this.startedAtMs = this.nowMs();
  }
}
