import type { Figure, Goal } from './goal';
import type { DatabaseRates } from './database-rates';
import { median, ratios } from './statistics';

const GOAL: Goal = {
  id: 'P5',
  what: 'claim and complete',
  unit: '× C_db',
  must: { atLeast: 0.5 },
  aim: { atLeast: 0.9 },
};

/** Claiming and completing through the repositories of the program, against plain SQL on the same rows. */
export function claimAndComplete({ repositories, plain }: DatabaseRates): Figure {
  return {
    goal: GOAL,
    reference: 'C_db',
    rounds: ratios(repositories, plain),
    detail: `${Math.round(median(repositories))} persons/s, plain ${Math.round(median(plain))}`,
  };
}
