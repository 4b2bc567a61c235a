import { Refusal } from '../domain/refusal';

/** A check that waits for a thread: it either begins, or is refused because others need its place more. */
export interface Waiter {
  begin(): void;
  giveWay(): void;
}

/**
 * Checks that wait, in a queue for each address. The address that has used least goes first, and addresses that have used
 * the same take turns, however many checks each of them sends.
 */
export class TurnsByAddress {
  private readonly queues = new Map<string, Set<Waiter>>();

  add(address: string, waiter: Waiter): void {
    const queue = this.queues.get(address) ?? new Set();
    this.queues.set(address, queue.add(waiter));
  }

  remove(address: string, waiter: Waiter): void {
    const queue = this.queues.get(address);
    queue?.delete(waiter);
    if (queue?.size === 0) this.queues.delete(address);
  }

  /** Takes the first check of the address whose turn it is. */
  next(usedBy: (address: string) => number): Waiter | undefined {
    // Sorting keeps the order of those that are equal, and `endRound` puts the one just served behind them.
    const [first] = [...this.queues].sort(([one], [other]) => usedBy(one) - usedBy(other));
    if (first === undefined) return undefined;
    const [address, queue] = first;
    const [waiter] = queue;
    if (waiter !== undefined) queue.delete(waiter);
    this.endRound(address, queue);
    return waiter;
  }

  private endRound(address: string, queue: Set<Waiter>): void {
    this.queues.delete(address);
    if (queue.size > 0) this.queues.set(address, queue);
  }

  /** Makes the longest queue give up its last place; false when the address itself would then have the longest one. */
  makeRoomFor(address: string): boolean {
    const [longest] = [...this.queues].sort(([, one], [, other]) => other.size - one.size);
    if (longest === undefined) return false;
    const [theirs, queue] = longest;
    if (queue.size <= (this.queues.get(address)?.size ?? 0) + 1) return false;
    const last = [...queue].at(-1);
    if (last === undefined) return false;
    this.remove(theirs, last);
    last.giveWay();
    return true;
  }
}

const MINUTE_MS = 60_000;

/** One check costs less; who has used this much more than others lets them go first. */
const STEP_MS = 250;

interface Minute {
  readonly startedAtMs: number;
  usedMs: number;
}

/** How much time of the threads each address has used in its current minute. */
export class BudgetByAddress {
  private readonly minutes = new Map<string, Minute>();

  constructor(
    private readonly secondsPerMinute: number,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** Throws `signature_budget_spent` until the minute is over. */
  refuseIfSpent(address: string): void {
    const minute = this.minutes.get(address);
    if (minute === undefined) return;
    const leftMs = minute.startedAtMs + MINUTE_MS - this.now();
    if (leftMs <= 0 || minute.usedMs < this.secondsPerMinute * 1000) return;
    throw new Refusal('signature_budget_spent', { retryAfterSeconds: Math.ceil(leftMs / 1000) });
  }

  /** In steps: smaller differences give nobody precedence. */
  usedSteps(address: string): number {
    const minute = this.minutes.get(address);
    if (minute === undefined || minute.startedAtMs + MINUTE_MS <= this.now()) return 0;
    return Math.floor(minute.usedMs / STEP_MS);
  }

  charge(address: string, ms: number): void {
    this.forgetEnded();
    const minute = this.minutes.get(address) ?? { startedAtMs: this.now(), usedMs: 0 };
    minute.usedMs += ms;
    this.minutes.set(address, minute);
  }

  /** In the order in which they began. */
  private forgetEnded(): void {
    for (const [address, { startedAtMs }] of this.minutes) {
      if (startedAtMs + MINUTE_MS > this.now()) return;
      this.minutes.delete(address);
    }
  }
}
