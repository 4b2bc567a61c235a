import type { Measured } from '../goal';
import { LOOK_UPS, searchTime } from '../s2-candidate-search';
import { median } from '../statistics';
import { againstSmall, type AgainstSmall, inTurns, type Sizes } from './at-sizes';
import { count } from './loading-plan';

export interface SearchTerms {
  readonly rounds: number;
  readonly searches: number;
}

/** The search for candidates by each look-up of the program, for persons chosen at random. */
export async function measureSearches(sizes: Sizes, { rounds, searches }: SearchTerms): Promise<Measured> {
  const at = count(sizes.small.rows);
  const works: AgainstSmall[] = [];
  for (const { lookUp, by, symbol } of LOOK_UPS) {
    const seen = await inTurns(sizes, rounds, ({ url }) => searchTime(url, lookUp, searches));
    works.push({
      goal: {
        id: 'S2',
        what: `search by ${by} at ${count(sizes.large.rows)}`,
        unit: `× ${symbol}`,
        must: { atMost: 3 },
        aim: { atMost: 1.5 },
      },
      symbol,
      unit: 'ms',
      rounds: seen,
      detail: `${median(seen.large).toFixed(2)} ms a search, ${median(seen.small).toFixed(2)} at ${at}`,
    });
  }
  return againstSmall(works, [
    `S2: PersonSearchRepository, up to ${searches} persons a round, one after the other; everybody who is searched for is found.`,
  ]);
}
