import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';

const RESTARTS = 3;
const PERSONS = 500;
/** One poll with its jitter, and the look of a busy machine. */
const GOES_ON_WITHIN_MS = 5_000;

/** D5: Redis ends in a run and comes back knowing nothing. */
export const emptyRedis: Drill = {
  name: 'empty-redis',
  code: 'D5',
  says: `Redis restarted empty ${RESTARTS} times in one run`,
  short: false,
  play: (stage) =>
    play(stage, { name: 'empty-redis', persons: PERSONS, latencyMs: 150, settings: LONG_LEASE }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, redis } = scene;
  await scene.workers(2);
  const runId = await startRun(books);
  let recoveredMs = 0;
  for (let restart = 1; restart <= RESTARTS; restart += 1) {
    await register.reached(Math.round((restart * PERSONS * 0.6) / RESTARTS));
    const goneAtMs = Date.now();
    await redis.restart();
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(books, goneAtMs));
  }
  await runEnds(books, runId);
  const isLate = recoveredMs > GOES_ON_WITHIN_MS + scene.lagMs;
  return {
    faults: RESTARTS,
    recoveredMs,
    missed: isLate ? [`work stood still for ${recoveredMs} ms`] : [],
  };
}
