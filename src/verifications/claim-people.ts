import { performance } from 'node:perf_hooks';
import type { Claim, Claimant, ClaimRepository, WaitingPerson } from './claim.repository';
import { type Mark, READY_BRANCHES, START } from './selection';

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
export class ClaimPeople {
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
