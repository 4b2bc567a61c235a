import { type BareCalls, CALLS_IN_FLIGHT, measureCalls } from './measure-calls';
import { middleOf } from './middle-of-run';
import { makeDue } from './rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { sweep } from './sweep';
import type { Terms } from './terms';
import { type Glance, startWorker, type Worker } from './worker';

/** One worker under full load, with the bare calls measured before the first round, between rounds, and after the last. */
export interface FullLoad {
  readonly calls: readonly BareCalls[];
  readonly rounds: readonly LoadRound[];
  /** Resident bytes of the one worker by how many persons it had written so far. */
  readonly memory: readonly { readonly persons: number; readonly rssBytes: number }[];
}

/** The figures of one run, from its first tenth to its ninth. */
export interface LoadRound {
  readonly personsPerSecond: number;
  readonly cpuMicrosecondsPerPerson: number;
  readonly statementsPerPerson: number;
  readonly loopDelayP99Ms: number;
}

/** The register answers at once; the whole program, one worker with as many calls at once as the reference. */
export async function runFullLoad(environment: BenchEnvironment, terms: Terms): Promise<FullLoad> {
  const databaseUrl = await environment.database('bench_load', 'bench_world');
  const register = await environment.register(0);
  const worker = await startWorker({
    databaseUrl,
    redisUrl: environment.redis.url,
    registerUrl: register.url,
    concurrency: CALLS_IN_FLIGHT,
    concurrencyPerWorker: CALLS_IN_FLIGHT,
  });
  const rounds: LoadRound[] = [];
  const memory: Glance[] = [];
  try {
    const calls = [await measureCalls(register.url, terms.callSeconds)];
    for (let round = 0; round < terms.rounds; round += 1) {
      await onDatabase(databaseUrl, (client) => makeDue(client, terms.sweepPersons));
      const glances = await watch(worker, (during) => sweep(databaseUrl, environment.redis.url, during));
      rounds.push(roundOf(glances));
      memory.push(...glances);
      calls.push(await measureCalls(register.url, terms.callSeconds));
    }
    return { calls, rounds, memory };
  } finally {
    await worker.stop();
    await register.stop();
    await environment.drop('bench_load');
  }
}

async function watch(worker: Worker, run: (during: () => Promise<void>) => Promise<void>): Promise<Glance[]> {
  const glances = [await worker.glance('reset')];
  await run(async () => {
    glances.push(await worker.glance());
  });
  glances.push(await worker.glance());
  return glances;
}

function roundOf(glances: readonly Glance[]): LoadRound {
  const { from, to } = middleOf(glances);
  const persons = to.persons - from.persons;
  return {
    personsPerSecond: persons / ((to.atMs - from.atMs) / 1000),
    cpuMicrosecondsPerPerson: ((to.cpuSeconds - from.cpuSeconds) / persons) * 1e6,
    statementsPerPerson: (to.statements - from.statements) / persons,
    loopDelayP99Ms: to.loopDelayP99Ms,
  };
}
