import type { Measured } from '../goal';
import { RepositoryLoop } from '../repository-loop';
import { median } from '../statistics';
import { againstSmall, inTurns, type Sizes } from './at-sizes';
import { count } from './loading-plan';

export interface WriteTerms {
  readonly rounds: number;
  readonly seconds: number;
  /** Loops side by side. */
  readonly loops: number;
}

/** Persons a second that are claimed and completed through the repositories of the program. */
export async function measureWrites(sizes: Sizes, terms: WriteTerms): Promise<Measured> {
  const rounds = await inTurns(sizes, terms.rounds, async ({ url }) => {
    const loop = await RepositoryLoop.open(url, terms.loops);
    try {
      // Plans are made and the first pages are read before anything is counted.
      await loop.run(2);
      return await loop.run(terms.seconds);
    } finally {
      await loop.close();
    }
  });
  const at = count(sizes.small.rows);
  return againstSmall(
    [
      {
        goal: { id: 'W1', what: `claim and complete at ${count(sizes.large.rows)}`, unit: `× rate at ${at}` },
        symbol: `claim and complete at ${at}`,
        unit: 'persons/s',
        rounds,
        detail: `${Math.round(median(rounds.large))} persons/s, ${Math.round(median(rounds.small))} at ${at}`,
      },
    ],
    [
      `W1: ClaimRepository and OutcomeRepository, ${terms.loops} loops of 100 persons, no register, no audit rows; a rate, so more is better.`,
    ],
  );
}
