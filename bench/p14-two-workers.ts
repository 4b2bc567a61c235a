import type { Goal, Measured } from './goal';
import { middleOf } from './middle-of-run';
import type { Register } from './register';
import { makeDue } from './rows';
import { onDatabase, type BenchEnvironment } from './environment';
import { median, ratios } from './statistics';
import { sweep } from './sweep';
import type { Terms } from './terms';
import { startWorker, type Worker, type WorkerOptions } from './worker';

const GOAL: Goal = {
  id: 'P14',
  what: 'two workers against one',
  unit: '× one worker',
  must: { atLeast: 1.8 },
  aim: { atLeast: 1.95 },
};

const NOT_TWICE: Goal = {
  id: 'P14',
  what: 'of them asked about twice',
  unit: 'persons',
  must: { atMost: 0 },
  aim: { atMost: 0 },
};

const LATENCY_MS = 50;
const CONCURRENCY_PER_WORKER = 20;
const CONCURRENCY = 100;

/** Two processes against one, with more permits at the register than both can use. */
export async function measureTwoWorkers(environment: BenchEnvironment, terms: Terms): Promise<Measured> {
  const databaseUrl = await environment.database('bench_workers', 'bench_world');
  const register = await environment.register(LATENCY_MS);
  const options: WorkerOptions = {
    databaseUrl,
    redisUrl: environment.redis.url,
    registerUrl: register.url,
    concurrency: CONCURRENCY,
    concurrencyPerWorker: CONCURRENCY_PER_WORKER,
  };
  const rates = await ratesOf({ options, register }, terms);
  await register.stop();
  await environment.drop('bench_workers');
  const ideal = (CONCURRENCY_PER_WORKER * 1000) / LATENCY_MS;
  const detail = `${Math.round(median(rates.two))} persons/s, one worker ${Math.round(median(rates.one))} of ${ideal} possible`;
  return {
    figures: [
      { goal: GOAL, reference: 'one worker', rounds: ratios(rates.two, rates.one), detail },
      { goal: NOT_TWICE, rounds: rates.askedAgain, detail: 'the log of the sandbox, round by round' },
    ],
    references: [{ symbol: 'one worker', unit: 'persons/s', values: rates.one }],
    notes: [
      `P14: processes of their own, ${CONCURRENCY_PER_WORKER} calls each, ${CONCURRENCY} shared, ${LATENCY_MS} ms; from when both work.`,
    ],
  };
}

interface Installed {
  readonly options: WorkerOptions;
  readonly register: Register;
}

interface Rates {
  readonly one: number[];
  readonly two: number[];
  readonly askedAgain: number[];
}

async function ratesOf({ options, register }: Installed, terms: Terms): Promise<Rates> {
  const first = await startWorker(options);
  const { one, two, askedAgain }: Rates = { one: [], two: [], askedAgain: [] };
  try {
    one.push(await rateOf([first], options, terms));
    for (let round = 0; round < terms.rounds; round += 1) {
      const second = await startWorker(options);
      try {
        await register.forgetRequests();
        two.push(await rateOf([first, second], options, terms));
        askedAgain.push(await register.askedAgain());
      } finally {
        await second.stop();
      }
      one.push(await rateOf([first], options, terms));
    }
  } finally {
    await first.stop();
  }
  return { one, two, askedAgain };
}

async function rateOf(workers: readonly Worker[], options: WorkerOptions, terms: Terms): Promise<number> {
  await onDatabase(options.databaseUrl, (client) => makeDue(client, terms.personsPerWorker * workers.length));
  const before = await look(workers);
  const looks: Look[] = [];
  const add = async (): Promise<void> => {
    looks.push(await look(workers));
  };
  await sweep(options.databaseUrl, options.redisUrl, add);
  await add();
  // A wake-up reaches one worker; the other one finds the run when it polls.
  const begun = looks.filter(({ each }) => each.every((persons, n) => persons > (before.each[n] ?? 0)));
  const { from, to } = middleOf(begun);
  return (to.persons - from.persons) / ((to.atMs - from.atMs) / 1000);
}

interface Look {
  readonly each: readonly number[];
  readonly persons: number;
  readonly atMs: number;
}

async function look(workers: readonly Worker[]): Promise<Look> {
  const glances = await Promise.all(workers.map((worker) => worker.glance()));
  const each = glances.map(({ persons }) => persons);
  return {
    each,
    persons: each.reduce((sum, persons) => sum + persons, 0),
    atMs: median(glances.map(({ atMs }) => atMs)),
  };
}
