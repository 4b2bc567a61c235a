import type { Measured } from '../goal';
import { CALLS_IN_FLIGHT } from '../measure-calls';
import type { BenchEnvironment } from '../environment';
import { median } from '../statistics';
import { againstSmall, inTurns, type Sizes } from './at-sizes';
import { keepDue } from './keep-due';
import { count } from './loading-plan';
import { playLoad, type SeenLoad } from './play-load';

export interface WorkerTerms {
  readonly rounds: number;
  readonly seconds: number;
}

/** One worker as an operator starts it, at a register that answers at once; what it was seen to cost at the large size. */
export async function measureWorkers(
  environment: BenchEnvironment,
  sizes: Sizes,
  { rounds, seconds }: WorkerTerms,
): Promise<{ readonly measured: Measured; readonly seen: readonly SeenLoad[] }> {
  const seen: SeenLoad[] = [];
  const rates = await inTurns(sizes, rounds, async (registry) => {
    await keepDue(registry);
    const load = { workers: 1, callsPerWorker: CALLS_IN_FLIGHT, latencyMs: 0, seconds };
    const one = await playLoad(environment, registry.url, load);
    if (registry === sizes.large) seen.push(one);
    return one.personsPerSecond;
  });
  const at = count(sizes.small.rows);
  const measured = againstSmall(
    [
      {
        goal: { id: 'W2', what: `one worker at ${count(sizes.large.rows)}`, unit: `× rate at ${at}` },
        symbol: `one worker at ${at}`,
        unit: 'persons/s',
        rounds: rates,
        detail: `${Math.round(median(rates.large))} persons/s, ${Math.round(median(rates.small))} at ${at}`,
      },
    ],
    [
      `W2: src/worker.ts and the sandbox without latency, ${CALLS_IN_FLIGHT} calls at once; sums, events and audit rows are written.`,
    ],
  );
  return { measured, seen };
}
