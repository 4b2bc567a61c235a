import { setTimeout as wait } from 'node:timers/promises';
import { DmsPassportStream } from '../../src/dms-passport';
import { onDatabase, type BenchEnvironment } from '../environment';
import { type Glance, startWorker, type Worker } from '../worker';
import { cpuSecondsOf, cpuSecondsOfMachine, cpuSecondsOfServer } from './processor-time';

/** Workers of the program against the sandbox, for a while in the middle of a run. */
export interface Load {
  readonly workers: number;
  readonly callsPerWorker: number;
  readonly latencyMs: number;
  readonly seconds: number;
}

/** What was seen of it. */
export interface SeenLoad {
  readonly personsPerSecond: number;
  readonly personsPerGroup: number;
  /** CPU microseconds a person: of all workers, of PostgreSQL, of the sandbox. */
  readonly workerMicroseconds: number;
  readonly databaseMicroseconds: number;
  readonly registerMicroseconds: number;
  /** Cores that something else used meanwhile. */
  readonly foreignCores: number;
}

/** Until every worker has found the run, its code is compiled and its permits are in use. */
const WARM_UP_MS = 4_000;
const BEGUN_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** Plays it on one registry. A run has more persons than are asked; it is ended when the workers are gone. */
export async function playLoad(
  environment: BenchEnvironment,
  databaseUrl: string,
  load: Load,
): Promise<SeenLoad> {
  const register = await environment.register(load.latencyMs);
  const workers: Worker[] = [];
  try {
    const wishes = {
      databaseUrl,
      redisUrl: environment.redis.url,
      registerUrl: register.url,
      concurrency: load.workers * load.callsPerWorker,
      concurrencyPerWorker: load.callsPerWorker,
    };
    for (let n = 0; n < load.workers; n += 1) workers.push(await startWorker(wishes));
    await startRun(databaseUrl);
    await allBegun(workers);
    await wait(WARM_UP_MS);
    const look = async (): Promise<Look> => ({
      glances: await Promise.all(workers.map((worker) => worker.glance())),
      databaseSeconds: cpuSecondsOfServer(environment.postgresPid),
      registerSeconds: cpuSecondsOf(register.pid),
      ownSeconds: cpuSecondsOf(process.pid),
      machineSeconds: cpuSecondsOfMachine(),
    });
    const from = await look();
    await wait(load.seconds * 1000);
    const to = await look();
    if (!(await isRunning(databaseUrl)))
      throw new Error('A run had nobody left to ask while it was watched.');
    return between(from, to);
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
    await register.stop();
    await onDatabase(databaseUrl, (client) =>
      client.query(
        `UPDATE mpi.job_runs SET status = 'STOPPED', finished_at = now() WHERE status = 'RUNNING'`,
      ),
    );
  }
}

interface Look {
  readonly glances: readonly Glance[];
  readonly databaseSeconds: number;
  readonly registerSeconds: number;
  readonly ownSeconds: number;
  readonly machineSeconds: number;
}

function between(from: Look, to: Look): SeenLoad {
  const grown = (field: 'persons' | 'groups' | 'cpuSeconds' | 'atMs'): number[] =>
    to.glances.map((glance, n) => glance[field] - (from.glances[n]?.[field] ?? 0));
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  const persons = sum(grown('persons'));
  if (persons === 0) throw new Error('Nobody was written while a run was watched.');
  const each = (seconds: number): number => (seconds / persons) * 1e6;
  const seconds = sum(grown('atMs')) / to.glances.length / 1000;
  const workers = sum(grown('cpuSeconds'));
  const [database, register] = [
    to.databaseSeconds - from.databaseSeconds,
    to.registerSeconds - from.registerSeconds,
  ];
  const ours = workers + database + register + to.ownSeconds - from.ownSeconds;
  return {
    personsPerSecond: persons / seconds,
    personsPerGroup: persons / Math.max(1, sum(grown('groups'))),
    workerMicroseconds: each(workers),
    databaseMicroseconds: each(database),
    registerMicroseconds: each(register),
    foreignCores: Math.max(0, (to.machineSeconds - from.machineSeconds - ours) / seconds),
  };
}

/** Without a wake-up: each worker finds the run when it polls, once a second. */
async function startRun(url: string): Promise<void> {
  await onDatabase(url, async (client) => {
    await client.query(`UPDATE mpi.job_runs SET status = 'STOPPED' WHERE status = 'RUNNING'`);
    await client.query(`INSERT INTO mpi.job_runs (job, started_at, status) VALUES ($1, now(), 'RUNNING')`, [
      DmsPassportStream.JOB,
    ]);
  });
}

async function isRunning(url: string): Promise<boolean> {
  return onDatabase(url, async (client) => {
    const { rowCount } = await client.query(`SELECT FROM mpi.job_runs WHERE status = 'RUNNING'`);
    return rowCount === 1;
  });
}

async function allBegun(workers: readonly Worker[]): Promise<void> {
  const deadlineMs = performance.now() + BEGUN_WITHIN_MS;
  for (;;) {
    const glances = await Promise.all(workers.map((worker) => worker.glance()));
    if (glances.every(({ persons }) => persons > 0)) return;
    if (performance.now() > deadlineMs) throw new Error('A worker did not take part in a run.');
    await wait(LOOK_EVERY_MS);
  }
}
