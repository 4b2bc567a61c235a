import type { FaultReport } from './findings';
import { kill } from './kill-workers';
import { type Drill, play } from './play';
import { JOB, PARTIES_JOB, nextFinishedAfter, runEnds, startRun } from './runs';
import type { Opened, Scene } from './scene';

const KILLS = 6;
const WORKERS = 3;
/** After every third kill Redis forgets everything as well. */
const FLUSH_EVERY = 3;
const PERSONS = 450;
/** Of about as many questions as there are persons and parties to ask about. */
const KILL_EVERY = 45;
/** Fewer parties than this in the hands of killed workers, and the drill was one of persons. */
const LEAST_PARTIES = 5;

/** D30: persons and parties are checked by two runs at once, and all that befalls persons befalls parties too. */
export const bothJobs: Drill = {
  name: 'both-jobs',
  code: 'D30',
  says: `persons and parties at once, ${KILLS} times kill -9 of a worker, ${KILLS / FLUSH_EVERY} times FLUSHALL`,
  needsRealRedis: true,
  short: false,
  play: (stage) =>
    play(stage, { name: 'both-jobs', persons: PERSONS, partiesToo: true, latencyMs: 150 }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, redis, random } = scene;
  const alive: Opened[] = await scene.workers(WORKERS);
  const runIds = await Promise.all([JOB, PARTIES_JOB].map((job) => startRun(books, job)));
  let recoveredMs = 0;
  for (let n = 1; n <= KILLS; n += 1) {
    await register.reached(n * KILL_EVERY);
    const [victim] = alive.splice(random.below(alive.length), 1);
    if (victim !== undefined) await kill(scene, victim);
    const brokenAtMs = Date.now();
    if (n % FLUSH_EVERY === 0) await redis.flushAll();
    alive.push(await scene.worker());
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(books, brokenAtMs));
  }
  for (const runId of runIds) await runEnds(books, runId);
  const parties = await partiesOfTheKilled(scene);
  return {
    faults: KILLS + KILLS / FLUSH_EVERY,
    recoveredMs,
    notes: [`${parties} parties were in the hands of killed workers`],
    missed: parties < LEAST_PARTIES ? [`killed workers held only ${parties} parties`] : [],
  };
}

/** Parties who were let go because the worker that had taken them was killed. */
function partiesOfTheKilled({ books, crashes }: Scene): Promise<number> {
  return books.number(
    `SELECT count(*) FROM drill.history AS taken
       JOIN drill.history AS let_go USING (person_id, claim_id)
       JOIN drill.began AS began USING (person_id)
      WHERE taken.what = 'claimed' AND taken.worker = ANY ($1::varchar[]) AND let_go.what = 'let_go'
        AND began.subject = 'parties'`,
    [crashes.map(({ worker }) => worker)],
  );
}
