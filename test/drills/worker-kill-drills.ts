import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import { type FaultReport, releasedFromTheLiving } from './findings';
import { type Drill, runDrill } from './definition';
import { isOver, runsEnd, startRuns } from './runs';
import { RunPace } from './register';
import { LEASE_MS, PATIENT_CALLS, START_WITHIN_MS } from './settings';
import type { Opened, DrillEnvironment } from './environment';

const WORKER_KILLS = 20;

const WORKERS = 4;

/** So many stay alive, so that the run goes on while a killed one is replaced. */
const LEAST_ALIVE = 2;

const PERSONS_OF_ONE_JOB = 800;

/** The longest extra moment before a kill: longer than a group of answers waits to be written. */
const WITHIN_MS = 130;

/** Settings under which workers may be killed one after the other. */
export const FOR_KILLING: Readonly<Record<string, string>> = {
  TREMBITA_CONCURRENCY: '36',
  TREMBITA_CONCURRENCY_PER_WORKER: '9',
  ...PATIENT_CALLS,
};

/** D1: workers are killed in the middle of a run, at random points, again and again. */
export const killWorkers: Drill = {
  name: 'kill-workers',
  code: 'D1',
  description: `${WORKER_KILLS} times kill -9 of a worker in one run`,
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'kill-workers', persons: PERSONS_OF_ONE_JOB, latencyMs: 150, settings: FOR_KILLING },
      killDuringRun,
    ),
};

async function killDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { kills, runIds } = await killAgainAndAgain(environment, {
    times: WORKER_KILLS,
    within: PERSONS_OF_ONE_JOB * 0.55,
  });
  await runsEnd(environment.database, runIds);
  const granted = Math.max(environment.lagMs, await workersLateMs(environment));
  const { releasedMs, claimed } = await longestRelease(environment);
  return {
    faults: kills,
    recoveredMs: releasedMs,
    notes: [`${claimed} persons were in the hands of killed workers`],
    missed: [
      ...(kills < WORKER_KILLS
        ? [`only ${kills} of ${WORKER_KILLS} kills happened before the run was over`]
        : []),
      ...(releasedMs > 2 * LEASE_MS + granted
        ? [`somebody was released only after ${releasedMs} ms, two leases are ${2 * LEASE_MS}`]
        : []),
    ],
  };
}

/** How often and when workers are killed. */
interface Killing {
  readonly times: number;
  /** Within about so many questions. */
  readonly within: number;
  /** What else befalls the system, after the n-th kill. */
  readonly andThen?: (n: number) => Promise<void>;
}

/**
 * Starts workers and the runs of the drill, kills workers at random points of the runs and starts others in their
 * place. Returns how many it killed, and the runs.
 */
async function killAgainAndAgain(
  environment: DrillEnvironment,
  killing: Killing,
): Promise<{ kills: number; runIds: readonly string[] }> {
  const alive = new Set(await environment.workers(WORKERS));
  const points = killPoints(environment, killing);
  const pace = await RunPace.set(environment.register, points);
  const runIds = await startRuns(environment.database, environment.people);
  const coming: Promise<void>[] = [];
  let kills = 0;
  while (kills < points.length) {
    await pace.reached();
    await aWorkerToSpare(environment, alive);
    await pause(environment.random.below(WITHIN_MS));
    if (await isOver(environment.database, runIds)) break;
    const victim = environment.random.pick([...alive]);
    alive.delete(victim);
    await kill(environment, victim);
    kills += 1;
    await killing.andThen?.(kills);
    await pace.goOn();
    coming.push(environment.worker().then((opened) => void alive.add(opened)));
  }
  await pace.end();
  await Promise.all(coming);
  return { kills, runIds };
}

/** Numbers of questions at which a worker dies. */
function killPoints({ random }: DrillEnvironment, { times, within }: Killing): number[] {
  const points = Array.from({ length: times }, () => 20 + random.below(within));
  return points.sort((one, other) => one - other);
}

/** While one starts the register keeps its answers, or on a busy machine the run would be over before the last kill. */
async function aWorkerToSpare({ register }: DrillEnvironment, alive: ReadonlySet<Opened>): Promise<void> {
  if (alive.size > LEAST_ALIVE) return;
  await register.behave({ hold: true });
  await waitUntil(() => alive.size > LEAST_ALIVE, { what: 'a worker to spare', timeoutMs: START_WITHIN_MS });
  await register.behave({ hold: false });
}

async function kill(environment: DrillEnvironment, { child }: Opened): Promise<void> {
  const fromMs = Date.now();
  await child.end('SIGKILL');
  environment.crashes.push({ fromMs, untilMs: Date.now(), worker: child.name });
}

/**
 * How late the machine made living workers, by their own clockwork: they renew their leases three times in a lease. A
 * worker whose lease passed although it lived was late by two thirds of a lease at least. The stalls of the drill's own
 * process are no measure of this: on two cores with a load of seventeen to twenty, releases took 6.4 s and 8.3 s and
 * renewals were 2.6 s and 5 s late, while the drill stalled for 0.5 s and 0.7 s. With a load of five a release took
 * 2.8 s, and renewals were one second late at most.
 */
async function workersLateMs({ database, crashes }: DrillEnvironment): Promise<number> {
  const slowestMs = await database.number(`SELECT max(after_ms) FROM drill.renewals`);
  const released = await releasedFromTheLiving(database, crashes);
  const leastMs = released > 0 ? (2 / 3) * LEASE_MS : 0;
  return Math.round(Math.max(leastMs, slowestMs - LEASE_MS / 3, 0));
}

/** How long the last person waited, whom a killed worker had claimed, until the release. */
async function longestRelease({
  database,
  crashes,
}: DrillEnvironment): Promise<{ releasedMs: number; claimed: number }> {
  const [row] = await database.look<{ ms: number | null; claimed: number }>(
    `SELECT max(extract(epoch FROM ended_at - crashed_at))::float8 * 1000 AS ms, count(*)::int AS claimed
       FROM unnest($1::timestamptz[], $2::varchar[]) AS crash (crashed_at, crashed)
       JOIN (SELECT worker, what, at, lead(at) OVER (PARTITION BY person_id ORDER BY seq) AS ended_at
               FROM drill.history) AS hold
         ON hold.worker = crashed AND hold.what = 'claimed' AND ended_at > crashed_at`,
    [crashes.map(({ fromMs }) => new Date(fromMs).toISOString()), crashes.map(({ worker }) => worker)],
  );
  return { releasedMs: Math.round(row?.ms ?? 0), claimed: row?.claimed ?? 0 };
}

const KILLS_IN_BOTH_RUNS = 9;

/** After every third kill Redis forgets everything as well. */
const FLUSH_EVERY = 3;

const PERSONS_OF_BOTH_JOBS = 500;

/** Kills happen within so many questions of both runs together, about half of all; both are still under way then. */
const WITHIN_QUESTIONS = 270;

/** Fewer parties than this in the hands of killed workers, and the drill was one of persons. */
const LEAST_PARTIES = 5;

/** D30: persons and parties are checked by two runs at once, and what befalls persons befalls parties too. */
export const bothJobs: Drill = {
  name: 'both-jobs',
  code: 'D30',
  description: `persons and parties at once, ${KILLS_IN_BOTH_RUNS} times kill -9 of a worker, ${KILLS_IN_BOTH_RUNS / FLUSH_EVERY} times FLUSHALL`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'both-jobs',
        persons: PERSONS_OF_BOTH_JOBS,
        partiesToo: true,
        latencyMs: 150,
        settings: FOR_KILLING,
      },
      killDuringBothRuns,
    ),
};

async function killDuringBothRuns(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, redis } = environment;
  const { kills, runIds } = await killAgainAndAgain(environment, {
    times: KILLS_IN_BOTH_RUNS,
    within: WITHIN_QUESTIONS,
    andThen: async (n) => {
      if (n % FLUSH_EVERY === 0) await redis.flushAll();
    },
  });
  await runsEnd(database, runIds);
  const parties = await partiesOfTheKilled(environment);
  return {
    faults: kills + Math.floor(kills / FLUSH_EVERY),
    notes: [`${parties} parties were in the hands of killed workers`],
    missed: [
      ...(kills < KILLS_IN_BOTH_RUNS
        ? [`only ${kills} of ${KILLS_IN_BOTH_RUNS} kills happened before one of the runs was over`]
        : []),
      ...(parties < LEAST_PARTIES ? [`killed workers held only ${parties} parties`] : []),
    ],
  };
}

/** Parties whom others let go because the worker that had taken them was killed. */
function partiesOfTheKilled({ database, crashes }: DrillEnvironment): Promise<number> {
  return database.number(
    `SELECT count(*) FROM drill.history AS taken
       JOIN drill.history AS let_go USING (person_id, claim_id)
       JOIN drill.began AS began USING (person_id)
      WHERE taken.what = 'claimed' AND taken.worker = ANY ($1::varchar[]) AND let_go.what = 'let_go'
        AND let_go.worker <> taken.worker AND began.subject = 'parties'`,
    [crashes.map(({ worker }) => worker)],
  );
}
