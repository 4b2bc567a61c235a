import { CALLS_IN_FLIGHT } from '../measure-calls';
import { isNoisy } from '../measure-twice';
import { onDatabase, type BenchEnvironment } from '../environment';
import { median } from '../statistics';
import { fitCost } from './fit-costs';
import type { Cost, MeasuredCosts } from './installation';
import { keepDue } from './keep-due';
import type { Registry } from './load-registry';
import { type Load, playLoad, type SeenLoad } from './play-load';
import { simulateSweep } from './simulate-sweep';

/** What the model detail and what was seen. */
export interface Checked {
  readonly load: Omit<Load, 'seconds'>;
  readonly predicted: number;
  readonly measured: readonly number[];
  /** As many were written in one transaction. */
  readonly personsPerGroup: number;
  /** Cores that something else used meanwhile. */
  readonly foreignCores: number;
  readonly noisy: boolean;
}

/** The model with what it was fed. */
export interface CheckedModel {
  readonly costs: MeasuredCosts;
  readonly checks: readonly Checked[];
  /** The largest difference between a prediction and the median that was measured, as a share. */
  readonly error: number;
}

export interface CheckTerms {
  readonly rounds: number;
  readonly seconds: number;
  /** One worker at full load was measured before. */
  readonly full: readonly SeenLoad[];
  readonly say: (sentence: string) => void;
  readonly hasTimeFor: (seconds: number) => boolean;
}

/** As in `P14`, so that permits and latency are the limit. */
const LIGHT = { callsPerWorker: 20, latencyMs: 50 };
/** The register answers at once, so that cores are what limits. */
const FULL = { callsPerWorker: CALLS_IN_FLIGHT, latencyMs: 0 };
const WORKERS = [1, 2, 4];
const COMMITS = 60;
/** What the kernel itself and Redis use is less than this. */
const MOST_FOREIGN_CORES = 0.25;
/** However much others compute, a scheduler gives us about this. */
const LEAST_CORES = 0.5;
/** Starting and ending workers around a play. */
const AROUND_SECONDS = 12;

/** Plays 1, 2 and 4 workers, light and full, feeds the model with the costs of one, and compares. */
export async function checkModel(
  environment: BenchEnvironment,
  registry: Registry,
  terms: CheckTerms,
): Promise<CheckedModel> {
  const seen = new Map<Omit<Load, 'seconds'>, SeenLoad[]>();
  const loads = [LIGHT, FULL].flatMap((kind) => WORKERS.map((workers) => ({ workers, ...kind })));
  for (const load of loads) seen.set(load, isMeasuredBefore(load) ? [...terms.full] : []);
  for (let round = 0; round < terms.rounds; round += 1) {
    for (const load of loads.filter((one) => !isMeasuredBefore(one))) {
      if (round > 0 && !terms.hasTimeFor(terms.seconds + AROUND_SECONDS)) continue;
      terms.say(`${load.workers} workers, ${load.callsPerWorker} calls each, ${load.latencyMs} ms.`);
      await keepDue(registry);
      try {
        seen.get(load)?.push(await playLoad(environment, registry.url, { ...load, seconds: terms.seconds }));
      } catch (error) {
        // One play that failed, on a machine that was busy with something else, must not cost all the others.
        terms.say(`It failed: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  const costs = await costsOf(
    registry.url,
    loads.map((load) => ({ load, seen: seen.get(load) ?? [] })),
  );
  const played = loads.filter((load) => (seen.get(load) ?? []).length > 0);
  const checks = played.map((load) => {
    const plays = seen.get(load) ?? [];
    const measured = plays.map(({ personsPerSecond }) => personsPerSecond);
    const foreignCores = median(plays.map((play) => play.foreignCores));
    const personsPerGroup = median(plays.map((play) => play.personsPerGroup));
    const machine = { databaseCores: environment.cores, answersPerSecond: Infinity, onOneMachine: true };
    // What others compute is taken off the cores: everything of ours takes that much longer.
    const slower = environment.cores / Math.max(LEAST_CORES, environment.cores - foreignCores);
    const predicted = simulateSweep(slowed(costs, slower), { ...load, ...machine }).personsPerSecond;
    const noisy = isNoisy({ values: measured }) || foreignCores > MOST_FOREIGN_CORES;
    return { load, predicted, measured, personsPerGroup, foreignCores, noisy };
  });
  const errors = checks.map(({ predicted, measured }) => Math.abs(predicted / median(measured) - 1));
  return { costs, checks, error: Math.max(...errors) };
}

/** The same costs on cores that are so much slower. */
function slowed(costs: MeasuredCosts, factor: number): MeasuredCosts {
  const slower = ({ perGroupMs, perPersonMs }: Cost): Cost => ({
    perGroupMs: perGroupMs * factor,
    perPersonMs: perPersonMs * factor,
  });
  return {
    ...costs,
    worker: slower(costs.worker),
    database: slower(costs.database),
    registerPerCallMs: costs.registerPerCallMs * factor,
  };
}

const isMeasuredBefore = (load: { readonly workers: number; readonly latencyMs: number }): boolean =>
  load.workers === 1 && load.latencyMs === FULL.latencyMs;

/** Costs of one worker alone, light and full: rates are what the model has to find by itself. */
async function costsOf(
  url: string,
  seen: readonly { readonly load: Omit<Load, 'seconds'>; readonly seen: readonly SeenLoad[] }[],
): Promise<MeasuredCosts> {
  const alone = seen.filter((one) => one.load.workers === 1 && one.seen.length > 0).map((one) => one.seen);
  const cost = (field: 'workerMicroseconds' | 'databaseMicroseconds') => {
    const [light, full] = alone.map((some) => ({
      microsecondsPerPerson: median(some.map((one) => one[field])),
      personsPerGroup: median(some.map(({ personsPerGroup }) => personsPerGroup)),
    }));
    if (light === undefined || full === undefined) throw new Error('One worker alone was not measured.');
    return fitCost(light, full);
  };
  return {
    worker: cost('workerMicroseconds'),
    database: cost('databaseMicroseconds'),
    registerPerCallMs: median(alone.flat().map((one) => one.registerMicroseconds)) / 1000,
    commitMs: await commitTime(url),
  };
}

/** How long the disk lets a commit of one row wait. */
async function commitTime(url: string): Promise<number> {
  return onDatabase(url, async (client) => {
    await client.query(`CREATE TABLE IF NOT EXISTS public.commits (n integer)`);
    const times: number[] = [];
    for (let n = 0; n < COMMITS; n += 1) {
      const startedAtMs = performance.now();
      await client.query(`INSERT INTO public.commits VALUES (${n})`);
      times.push(performance.now() - startedAtMs);
    }
    await client.query(`DROP TABLE public.commits`);
    return median(times);
  });
}
