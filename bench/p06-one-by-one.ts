import type { Figure, Goal } from './goal';
import type { DatabaseRates } from './database-rates';
import { median } from './statistics';

const GOAL: Goal = {
  id: 'P6',
  what: 'against one by one',
  unit: '× one job a person',
  must: { atLeast: 5 },
  aim: { atLeast: 15 },
};

/** The program's way with the database against the obvious one. */
export function againstOneByOne({ repositories, oneByOne }: DatabaseRates): Figure {
  return {
    goal: GOAL,
    reference: 'one by one',
    rounds: repositories.map((rate, round) => rate / (oneByOne[round] ?? NaN)),
    detail: `one by one ${Math.round(median(oneByOne))} persons/s`,
  };
}
