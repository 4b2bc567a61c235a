/** A bound a figure is held against. */
export type Bound = { readonly atLeast: number } | { readonly atMost: number };

/**
 * A figure to reach: what it must be, and what it should be. Both are ratios to something measured in the same run. Of
 * some nobody has detail it; they are measured so that a change for the worse is seen.
 */
export interface Goal {
  readonly id: string;
  readonly what: string;
  /** Printed behind the number, for example `× C_http`. */
  readonly unit: string;
  readonly must?: Bound;
  readonly aim?: Bound;
}

/** What became of one figure: one number a round. */
export interface Figure {
  readonly goal: Goal;
  readonly rounds: readonly number[];
  /** Symbol of the reference whose restlessness would make the figure doubtful. */
  readonly reference?: string;
  /** The measured quantities behind the ratio, in words. */
  readonly detail: string;
}

/** A quantity that figures are divided by, as it was measured before, between and after them. */
export interface Reference {
  readonly symbol: string;
  readonly unit: string;
  readonly values: readonly number[];
}

/** Several figures that come of one measurement. */
export interface Measured {
  readonly figures: readonly Figure[];
  readonly references: readonly Reference[];
  readonly notes: readonly string[];
}

export function isReached(value: number, bound: Bound): boolean {
  return 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
}

export function boundText(bound: Bound): string {
  return 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
}
