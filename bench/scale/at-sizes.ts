import type { Goal, Measured } from '../goal';
import type { Registry } from './load-registry';

/** The same registry twice: as small as the references are, and as large as was asked for. */
export interface Sizes {
  readonly small: Registry;
  readonly large: Registry;
}

/** One number a round and size. */
export interface SizeRounds {
  readonly small: readonly number[];
  readonly large: readonly number[];
}

/** Measures both sizes in turns, so that a machine that changes changes for both. */
export async function inTurns(
  { small, large }: Sizes,
  rounds: number,
  measure: (registry: Registry, round: number) => Promise<number>,
): Promise<SizeRounds> {
  const seen: { small: number[]; large: number[] } = { small: [], large: [] };
  for (let round = 0; round < rounds; round += 1) {
    seen.small.push(await measure(small, round));
    seen.large.push(await measure(large, round));
  }
  return seen;
}

/** A figure of one kind of work: the large registry against the small one. */
export interface AgainstSmall {
  readonly goal: Goal;
  /** Names the work at the small size, for the references. */
  readonly symbol: string;
  readonly unit: string;
  readonly rounds: SizeRounds;
  readonly detail: string;
}

/** The large registry against the small one, with the small one as the reference. */
export function againstSmall(works: readonly AgainstSmall[], notes: readonly string[]): Measured {
  return {
    figures: works.map(({ goal, symbol, rounds, detail }) => ({
      goal,
      reference: symbol,
      rounds: rounds.large.map((value, round) => value / (rounds.small[round] ?? NaN)),
      detail,
    })),
    references: works.map(({ symbol, unit, rounds }) => ({ symbol, unit, values: rounds.small })),
    notes,
  };
}
