import type { Turn } from '../register-gate';

/** Those who wait, first come, first served; behind those somebody waits for in person, who are few. */
export class TwoLines<Waiting> {
  private readonly lines: Readonly<Record<Turn, Set<Waiting>>> = { next: new Set(), in_order: new Set() };

  get size(): number {
    return this.lines.next.size + this.lines.in_order.size;
  }

  add(waiting: Waiting, turn: Turn): void {
    this.lines[turn].add(waiting);
  }

  /** A set keeps the order and lets one leave from the middle. */
  delete(waiting: Waiting): void {
    if (!this.lines.next.delete(waiting)) this.lines.in_order.delete(waiting);
  }

  first(): Waiting | undefined {
    for (const line of [this.lines.next, this.lines.in_order]) {
      for (const waiting of line) return waiting;
    }
    return undefined;
  }

  clear(): void {
    this.lines.next.clear();
    this.lines.in_order.clear();
  }
}
