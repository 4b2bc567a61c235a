import type { CallEnd } from '../register-gate';
import { isOverload, verdictOf } from './call-end.rules';

/** Additive increase, multiplicative decrease; the factor is the one of Netflix' concurrency-limits (AIMDLimit). */
const BACK_OFF = 0.9;

/**
 * How many calls at once the register bears, learned from how calls end: one more after an answer while at least
 * half is in use (an idle limit proves nothing), a tenth less after a sign of overload, never less than one.
 */
export class AdaptiveLimit {
  private ceiling = 0;
  private limit = 0;

  /** Whole calls at once. Starts at the ceiling, which is known by contract. */
  current(): number {
    return Math.floor(this.limit);
  }

  /** The worker's share changed. A limit that was not cut follows it; one that was cut climbs by itself. */
  ceilingIs(ceiling: number): void {
    const uncut = this.limit >= this.ceiling;
    this.ceiling = ceiling;
    this.limit = uncut ? ceiling : Math.min(this.limit, ceiling);
  }

  /** A call ended while so many, itself included, were in use. */
  ended(end: CallEnd, inUse: number): void {
    if (isOverload(end)) {
      this.limit = Math.min(this.ceiling, Math.max(1, this.limit * BACK_OFF));
    } else if (verdictOf(end) === 'answer' && inUse * 2 >= this.limit) {
      this.limit = Math.min(this.ceiling, this.limit + 1);
    }
  }
}
