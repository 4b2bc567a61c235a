import type { FullLoad } from './full-load';
import type { Figure, Goal } from './goal';

const GOAL: Goal = {
  id: 'P9',
  what: 'event-loop delay p99 at full load',
  unit: 'ms',
  must: { atMost: 50 },
  aim: { atMost: 20 },
};

/** Read in the worker itself; nothing is divided, a millisecond is one on every machine. */
export function eventLoopDelay({ rounds }: FullLoad): Figure {
  return {
    goal: GOAL,
    reference: 'C_http',
    rounds: rounds.map(({ loopDelayP99Ms }) => loopDelayP99Ms),
    detail: 'monitorEventLoopDelay, resolution 1 ms',
  };
}
