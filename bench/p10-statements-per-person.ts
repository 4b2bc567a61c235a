import type { FullLoad } from './full-load';
import type { Figure, Goal } from './goal';

const GOAL: Goal = {
  id: 'P10',
  what: 'SQL statements per person',
  unit: 'statements',
  must: { atMost: 0.15 },
  aim: { atMost: 0.06 },
};

/** Everything the worker sends to PostgreSQL, BEGIN and COMMIT, leases and permits included. */
export function statementsPerPerson({ rounds }: FullLoad): Figure {
  return {
    goal: GOAL,
    rounds: rounds.map((round) => round.statementsPerPerson),
    detail: 'sql_statements_total of the worker, claims of 100',
  };
}
