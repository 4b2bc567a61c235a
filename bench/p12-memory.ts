import type { FullLoad } from './full-load';
import type { Figure, Goal } from './goal';
import { median } from './statistics';

const GOAL: Goal = {
  id: 'P12',
  what: 'worker memory, last fifth against second fifth',
  unit: '× resident bytes',
  must: { atMost: 1.05 },
  aim: { atMost: 1.0 },
};

const MIB = 1024 * 1024;

/** One worker through all rounds: the median of its resident memory over the last fifth of the persons. */
export function memoryGrowth({ memory }: FullLoad): Figure {
  const persons = memory.at(-1)?.persons ?? 0;
  const fifth = (n: number): number =>
    median(
      memory
        .filter((seen) => seen.persons >= (persons * (n - 1)) / 5 && seen.persons <= (persons * n) / 5)
        .map(({ rssBytes }) => rssBytes),
    );
  return {
    goal: GOAL,
    rounds: [fifth(5) / fifth(2)],
    detail: `${Math.round(fifth(2) / MIB)} → ${Math.round(fifth(5) / MIB)} MiB over ${persons} persons`,
  };
}
