import type { FaultReport } from './findings';
import { type Drill, runDrill } from './definition';
import { nextFinishedAfter, runEnds, startRun, finishedPersons } from './runs';
import type { DrillEnvironment, Opened } from './environment';
import { evenPoints, RunPace } from './register';
import { LONG_LEASE, PATIENT_CALLS } from './settings';
import { noRepository } from '../support/sql-session';
import type { Sql } from '../../src/database/transactions';
import { aCaller } from '../support/builders';
import { waitUntil } from '../support/wait-until';
import { WakeUpSender } from './wake-ups';
import { repairRegister } from './population-loader';
import { HttpProbe, READING } from './http-probe';

const FLUSHES = 4;

const PERSONS = 500;

/** One poll with its jitter, and the delay of a busy machine: without any wake-up, work is found after this. */
const GOES_ON_WITHIN_MS = 5_000;

/** D4: Redis forgets everything in the middle of a run. */
export const flushRedis: Drill = {
  name: 'flush-redis',
  code: 'D4',
  description: `${FLUSHES} times FLUSHALL in one run`,
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'flush-redis', persons: PERSONS, latencyMs: 150, settings: PATIENT_CALLS },
      flushDuringRun,
    ),
};

async function flushDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, redis } = environment;
  await environment.workers(2);
  const pace = await RunPace.set(register, evenPoints(FLUSHES, PERSONS * 0.6));
  const runId = await startRun(database);
  let recoveredMs = 0;
  for (let flush = 1; flush <= FLUSHES; flush += 1) {
    await pace.reached();
    await redis.flushAll();
    await pace.goOn();
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(database, Date.now()));
  }
  await runEnds(database, runId);
  return {
    faults: FLUSHES,
    recoveredMs,
    missed: recoveredMs > GOES_ON_WITHIN_MS + environment.lagMs ? [`work stopped for ${recoveredMs} ms`] : [],
  };
}

const RESTARTS = 3;

/** D5: Redis stops in a run and restarts empty. */
export const emptyRedis: Drill = {
  name: 'empty-redis',
  code: 'D5',
  description: `Redis restarted empty ${RESTARTS} times in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'empty-redis',
        persons: PERSONS,
        latencyMs: 150,
        settings: { ...LONG_LEASE, ...PATIENT_CALLS },
      },
      restartDuringRun,
    ),
};

async function restartDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, redis } = environment;
  await environment.workers(2);
  const pace = await RunPace.set(register, evenPoints(RESTARTS, PERSONS * 0.6));
  const runId = await startRun(database);
  let recoveredMs = 0;
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    await pace.reached();
    const goneAtMs = Date.now();
    await redis.restart();
    await pace.goOn();
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(database, goneAtMs));
  }
  await runEnds(database, runId);
  const isLate = recoveredMs > GOES_ON_WITHIN_MS + environment.lagMs;
  return {
    faults: RESTARTS,
    recoveredMs,
    missed: isLate ? [`work stopped for ${recoveredMs} ms`] : [],
  };
}

const AWAY_FOR_SECONDS = 20;

const A_MINUTE_SECONDS = 60;

/** R5: at full rate so long after Redis is back, at the latest. */
const BACK_WITHIN_MS = 30_000;

/** Twice as long as Bull takes to see that a job has stalled. */
const HEARS_WITHIN_MS = 90_000;

/** What commands kept for an absent server would fill. */
const GROWS_AT_MOST_MIB = 100;

/** D5: Redis goes away in a run, programs start without it, and it restarts. */
export const loseRedis = loseRedisFor(AWAY_FOR_SECONDS, { name: 'lose-redis', short: true });

/** The same for as long as the promise about it speaks of. */
export const loseRedisForAMinute = loseRedisFor(A_MINUTE_SECONDS, {
  name: 'lose-redis-minute',
  short: false,
});

function loseRedisFor(seconds: number, { name, short }: Pick<Drill, 'name' | 'short'>): Drill {
  return {
    name,
    code: 'D5',
    description: `Redis down for ${seconds} s in a run, and down at start`,
    short,
    runDrill: (sharedServers) =>
      runDrill(
        sharedServers,
        { name, persons: 600, latencyMs: 250, settings: PATIENT_CALLS },
        (environment) => loseDuringRun(environment, seconds * 1000),
      ),
  };
}

async function loseDuringRun(environment: DrillEnvironment, awayForMs: number): Promise<FaultReport> {
  const { database, register, redis } = environment;
  const [workers, server] = await Promise.all([environment.workers(2), environment.server()]);
  const sql: Sql = { query: ({ text }, values) => database.write(text, values), repository: noRepository };
  const token = await aCaller().withScope(READING).save(sql);
  const pace = await RunPace.set(register, [100]);
  const runId = await startRun(database);
  await pace.reached();
  const memoryMib = Math.max(...workers.map(({ child }) => child.peakMemoryMib()));

  await redis.stop();
  await pace.end();
  const stoppedAtMs = Date.now();
  const probe = new HttpProbe(environment.people.persons[0]?.id ?? '', token, () => environment.lagMs);
  probe.start(server);
  const stalledMs = await nextFinishedAfter(database, stoppedAtMs);
  // A worker and an HTTP server that have never seen Redis.
  const late = await Promise.all([environment.worker(), environment.server()]);
  probe.start(late[1]);
  await runEnds(database, runId);
  // Failed persons are tried again by a whole run without any wake-up.
  await repairRegister(register, environment.people);
  await runEnds(database, await startRun(database));
  await waitUntil(() => Date.now() > stoppedAtMs + awayForMs, {
    what: 'the outage',
    timeoutMs: awayForMs * 2,
  });
  const finished = await finishedPersons(database);
  const slow = await probe.stop();
  const grownMib = Math.max(...workers.map(({ child }) => child.peakMemoryMib())) - memoryMib;

  await redis.restart();
  const recoveredMs = await seesRedisAgain([server, late[1]]);
  await deliversWakeUps(redis.url);
  const { lagMs } = environment;
  return {
    faults: 2,
    recoveredMs,
    notes: [
      `${finished} persons finished by the end of the outage, the first ${stalledMs} ms after its beginning`,
      `the HTTP servers were called ${slow.asked} times meanwhile, the slowest answer took ${slow.slowestMs} ms`,
    ],
    missed: [
      ...slow.faults,
      ...(stalledMs > GOES_ON_WITHIN_MS + lagMs ? [`work stopped for ${stalledMs} ms without Redis`] : []),
      ...(recoveredMs > BACK_WITHIN_MS + lagMs ? [`Redis was seen again only after ${recoveredMs} ms`] : []),
      ...(grownMib > GROWS_AT_MOST_MIB ? [`a worker grew by ${Math.round(grownMib)} MiB without Redis`] : []),
    ],
  };
}

/** How long it takes until every HTTP server reports Redis as up. */
async function seesRedisAgain(servers: readonly Opened[]): Promise<number> {
  const backAtMs = Date.now();
  for (const { internalUrl } of servers) {
    await waitUntil(
      async () => {
        const answer = await fetch(`${internalUrl}/health/ready`);
        return ((await answer.json()) as { redis: string }).redis === 'up';
      },
      { what: 'a server to see Redis again', timeoutMs: BACK_WITHIN_MS * 2 },
    );
  }
  return Date.now() - backAtMs;
}

/** Wake-ups are delivered again by themselves, without a restart. */
async function deliversWakeUps(redisUrl: string): Promise<void> {
  const wakeUps = new WakeUpSender(redisUrl);
  try {
    await wakeUps.sendUntilDelivered(HEARS_WITHIN_MS);
  } finally {
    await wakeUps.close();
  }
}

const DELIVERIES = 3;

const WAKE_UP_ROUNDS = 10;

const DELIVERED_WITHIN_MS = 90_000;

/** D20: every wake-up job is delivered three times, to two workers. */
export const repeatedWakeUps: Drill = {
  name: 'repeated-wake-ups',
  code: 'D20',
  description: 'every wake-up job delivered three times, two workers',
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'repeated-wake-ups', persons: PERSONS, latencyMs: 80, settings: PATIENT_CALLS },
      repeatWakeUps,
    ),
};

async function repeatWakeUps(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, redis } = environment;
  await environment.workers(2);
  const wakeUps = new WakeUpSender(redis.url);
  try {
    const pace = await RunPace.set(register, [0, ...evenPoints(WAKE_UP_ROUNDS - 1, PERSONS * 0.54)]);
    const runId = await startRun(database);
    for (let round = 0; round < WAKE_UP_ROUNDS; round += 1) {
      await pace.reached();
      await wakeUps.send(DELIVERIES);
      await pace.goOn();
    }
    await runEnds(database, runId);
    await wakeUps.send(DELIVERIES);
    await wakeUps.allDelivered(DELIVERED_WITHIN_MS);
  } finally {
    await wakeUps.close();
  }
  return { faults: (WAKE_UP_ROUNDS + 1) * DELIVERIES };
}
