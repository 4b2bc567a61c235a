import type { FullLoad } from './full-load';
import type { Figure, Goal } from './goal';
import { median, ratios } from './statistics';

const GOAL: Goal = {
  id: 'P8',
  what: 'Node CPU per person',
  unit: '× bare call and parse',
  must: { atMost: 1.8 },
  aim: { atMost: 1.25 },
};

/** CPU of the worker's process per person, against that of a process that only calls and parses, both at full load. */
export function cpuPerPerson({ rounds, calls }: FullLoad): Figure {
  const person = rounds.map(({ cpuMicrosecondsPerPerson }) => cpuMicrosecondsPerPerson);
  const call = calls.map(({ cpuMicrosecondsPerCall }) => cpuMicrosecondsPerCall);
  return {
    goal: GOAL,
    reference: 'bare call',
    rounds: ratios(person, call),
    detail: `${Math.round(median(person))} µs a person, bare ${Math.round(median(call))} µs a call`,
  };
}
