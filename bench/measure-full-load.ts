import { runFullLoad } from './full-load';
import type { Measured } from './goal';
import { wholeApplication } from './p01-whole-application';
import { cpuPerPerson } from './p08-cpu-per-person';
import { eventLoopDelay } from './p09-event-loop-delay';
import { statementsPerPerson } from './p10-statements-per-person';
import { memoryGrowth } from './p12-memory';
import type { BenchEnvironment } from './environment';
import { median } from './statistics';
import type { Terms } from './terms';

/** Five figures of one load. */
export async function measureFullLoad(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const load = await runFullLoad(environment, terms);
  const figures = [wholeApplication, cpuPerPerson, eventLoopDelay, statementsPerPerson];
  if (terms.watchesMemory) figures.push(memoryGrowth);
  const cores = median(load.calls.map((call) => call.cores)).toFixed(2);
  return {
    figures: figures.map((figure) => figure(load)),
    references: [
      { symbol: 'C_http', unit: 'calls/s', values: load.calls.map(({ perSecond }) => perSecond) },
      {
        symbol: 'bare call',
        unit: 'µs of CPU',
        values: load.calls.map(({ cpuMicrosecondsPerCall }) => cpuMicrosecondsPerCall),
      },
    ],
    notes: [
      ...(terms.watchesMemory ? [] : ['P12 is about 200,000 persons and not measured in a quick run.']),
      `P1, P8: C_http is one process (${cores} cores in use) with 500 calls in flight beside the sandbox and an idle ` +
        `database; in P1 one worker shares the same ${environment.cores} cores with sandbox, database and Redis.`,
      'P1: from the first to the ninth tenth of each run; a wake-up job of Bull starts a run. One passport in twenty is listed.',
      ...(terms.watchesMemory
        ? ['P12: the first fifth is left to V8 for growing its heap to the load.']
        : []),
      'P9: the timer of the histogram fires every millisecond, so an idle loop shows about 1 ms.',
    ],
  };
}
