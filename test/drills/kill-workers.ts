import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { isOver, runsEnd, startRuns } from './runs';
import { LEASE_MS } from './drill-settings';
import type { Opened, Scene } from './scene';

const KILLS = 20;
const WORKERS = 4;
/** So many stay alive, so that the run goes on while a killed one is replaced. */
const LEAST_ALIVE = 2;
const PERSONS = 800;
/** The longest extra moment before a kill: longer than a group of answers waits to be written. */
const WITHIN_MS = 130;

/** Settings under which workers may be killed one after the other. */
export const FOR_KILLING: Readonly<Record<string, string>> = {
  TREMBITA_CONCURRENCY: '36',
  TREMBITA_CONCURRENCY_PER_WORKER: '9',
  // Longer than a worker takes to start: no call is over while the register waits for one.
  TREMBITA_TIMEOUT_MS: '30000',
  SHUTDOWN_GRACE_SECONDS: '36',
};

/** D1: workers are killed in the middle of a run, at random points, again and again. */
export const killWorkers: Drill = {
  name: 'kill-workers',
  code: 'D1',
  says: `${KILLS} times kill -9 of a worker in one run`,
  short: true,
  play: (stage) =>
    play(stage, { name: 'kill-workers', persons: PERSONS, latencyMs: 150, settings: FOR_KILLING }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const alive = await scene.workers(WORKERS);
  const runIds = await startRuns(scene.books, scene.people);
  const kills = await killAgainAndAgain(scene, { alive, runIds, times: KILLS, within: PERSONS * 0.55 });
  await runsEnd(scene.books, runIds);
  const { releasedMs, held } = await longestRelease(scene);
  return {
    faults: kills,
    recoveredMs: releasedMs,
    notes: [`${held} persons were in the hands of killed workers`],
    missed: [
      ...(kills < KILLS ? [`only ${kills} of ${KILLS} kills came before the run was over`] : []),
      ...(releasedMs > 2 * LEASE_MS + scene.lagMs
        ? [`somebody was released only after ${releasedMs} ms, two leases are ${2 * LEASE_MS}`]
        : []),
    ],
  };
}

/** When workers are killed, and which runs have to be under way then. */
interface Killing {
  readonly alive: readonly Opened[];
  readonly runIds: readonly string[];
  readonly times: number;
  /** Within about so many questions. */
  readonly within: number;
  /** What else befalls the system, after the n-th kill. */
  readonly andThen?: (n: number) => Promise<void>;
}

/** Kills workers at random points of a run and starts others in their place; gives how many it killed. */
export async function killAgainAndAgain(scene: Scene, killing: Killing): Promise<number> {
  const alive = new Set(killing.alive);
  const coming: Promise<void>[] = [];
  let kills = 0;
  for (const point of killPoints(scene, killing)) {
    await scene.register.reached(point);
    await aWorkerToSpare(scene, alive);
    await pause(scene.random.below(WITHIN_MS));
    if (await isOver(scene.books, killing.runIds)) break;
    const victim = scene.random.pick([...alive]);
    alive.delete(victim);
    await kill(scene, victim);
    kills += 1;
    await killing.andThen?.(kills);
    coming.push(scene.worker().then((opened) => void alive.add(opened)));
  }
  await Promise.all(coming);
  return kills;
}

/** Numbers of questions at which a worker dies. */
function killPoints({ random }: Scene, { times, within }: Killing): number[] {
  const points = Array.from({ length: times }, () => 20 + random.below(within));
  return points.sort((one, other) => one - other);
}

/** While one starts the register keeps its answers, or on a busy machine the run would be over before the last kill. */
async function aWorkerToSpare({ register }: Scene, alive: ReadonlySet<Opened>): Promise<void> {
  if (alive.size > LEAST_ALIVE) return;
  await register.behave({ hold: true });
  await waitUntil(() => alive.size > LEAST_ALIVE, { what: 'a worker to spare', timeoutMs: 60_000 });
  await register.behave({ hold: false });
}

async function kill(scene: Scene, { child }: Opened): Promise<void> {
  const fromMs = Date.now();
  await child.end('SIGKILL');
  scene.crashes.push({ fromMs, untilMs: Date.now(), worker: child.name });
}

/** How long the last person waited, whom a killed worker held, until he could be taken again. */
async function longestRelease({ books, crashes }: Scene): Promise<{ releasedMs: number; held: number }> {
  const [row] = await books.look<{ ms: number | null; held: number }>(
    `SELECT max(extract(epoch FROM ended_at - crashed_at))::float8 * 1000 AS ms, count(*)::int AS held
       FROM unnest($1::timestamptz[], $2::varchar[]) AS crash (crashed_at, crashed)
       JOIN (SELECT worker, what, at, lead(at) OVER (PARTITION BY person_id ORDER BY seq) AS ended_at
               FROM drill.history) AS hold
         ON hold.worker = crashed AND hold.what = 'claimed' AND ended_at > crashed_at`,
    [crashes.map(({ fromMs }) => new Date(fromMs).toISOString()), crashes.map(({ worker }) => worker)],
  );
  return { releasedMs: Math.round(row?.ms ?? 0), held: row?.held ?? 0 };
}
