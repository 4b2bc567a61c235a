import { Refusal } from '../domain/refusal';

/** A check that waits for a thread: it either begins, or is refused because others need its place more. */
export interface Waiter {
  begin(): void;
  giveWay(): void;
}

/** Checks that wait, in a queue for each address. The addresses take turns, however many checks each of them sends. */
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
  next(): Waiter | undefined {
    const [first] = this.queues;
    if (first === undefined) return undefined;
    const [address, queue] = first;
    const [waiter] = queue;
    // The address goes to the end of the round.
    this.queues.delete(address);
    if (waiter !== undefined) queue.delete(waiter);
    if (queue.size > 0) this.queues.set(address, queue);
    return waiter;
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
