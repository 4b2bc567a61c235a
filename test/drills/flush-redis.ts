import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import type { Scene } from './scene';

const FLUSHES = 4;
const PERSONS = 500;
/** One poll with its jitter, and the look of a busy machine: without any bell work is found after this. */
const GOES_ON_WITHIN_MS = 5_000;

/** D4: Redis forgets everything in the middle of a run. */
export const flushRedis: Drill = {
  name: 'flush-redis',
  code: 'D4',
  says: `${FLUSHES} times FLUSHALL in one run`,
  short: true,
  play: (stage) => play(stage, { name: 'flush-redis', persons: PERSONS, latencyMs: 150 }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, redis } = scene;
  await scene.workers(2);
  const runId = await startRun(books);
  let recoveredMs = 0;
  for (let flush = 1; flush <= FLUSHES; flush += 1) {
    await register.reached(Math.round((flush * PERSONS * 0.6) / FLUSHES));
    await redis.flushAll();
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(books, Date.now()));
  }
  await runEnds(books, runId);
  return {
    faults: FLUSHES,
    recoveredMs,
    missed: recoveredMs > GOES_ON_WITHIN_MS + scene.lagMs ? [`work stood still for ${recoveredMs} ms`] : [],
  };
}
