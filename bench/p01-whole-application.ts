import type { FullLoad } from './full-load';
import type { Figure, Goal } from './goal';
import { median, ratios } from './statistics';

const GOAL: Goal = {
  id: 'P1',
  what: 'whole application',
  unit: '× C_http',
  must: { atLeast: 0.35 },
  aim: { atLeast: 0.7 },
};

/** Persons a second of one worker, database and register on the same machine, against bare calls to that register. */
export function wholeApplication({ rounds, calls }: FullLoad): Figure {
  const perSecond = rounds.map(({ personsPerSecond }) => personsPerSecond);
  const bare = calls.map((call) => call.perSecond);
  return {
    goal: GOAL,
    reference: 'C_http',
    rounds: ratios(perSecond, bare),
    detail: `${Math.round(median(perSecond))} persons/s, bare ${Math.round(median(bare))} calls/s`,
  };
}
