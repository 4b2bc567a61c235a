import type { BinLimits } from './bin-limits.table';

/** The bin a count falls into. */
export function binOf<B extends string>(count: number, limits: BinLimits<B>): B {
  return limits.upTo.find(([limit]) => count <= limit)?.[1] ?? limits.beyond;
}
