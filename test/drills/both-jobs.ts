import type { FaultReport } from './findings';
import { FOR_KILLING, killAgainAndAgain } from './kill-workers';
import { type Drill, play } from './play';
import { runsEnd, startRuns } from './runs';
import type { Scene } from './scene';

const KILLS = 9;
const WORKERS = 4;
/** After every third kill Redis forgets everything as well. */
const FLUSH_EVERY = 3;
const PERSONS = 500;
/** About as many questions as are asked in two thirds of both runs. */
const WITHIN_QUESTIONS = 270;
/** Fewer parties than this in the hands of killed workers, and the drill was one of persons. */
const LEAST_PARTIES = 5;

/** D30: persons and parties are checked by two runs at once, and what befalls persons befalls parties too. */
export const bothJobs: Drill = {
  name: 'both-jobs',
  code: 'D30',
  says: `persons and parties at once, ${KILLS} times kill -9 of a worker, ${KILLS / FLUSH_EVERY} times FLUSHALL`,
  short: false,
  play: (stage) =>
    play(
      stage,
      {
        name: 'both-jobs',
        persons: PERSONS,
        partiesToo: true,
        latencyMs: 150,
        settings: FOR_KILLING,
      },
      fault,
    ),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, redis, people } = scene;
  const alive = await scene.workers(WORKERS);
  const runIds = await startRuns(books, people);
  const kills = await killAgainAndAgain(scene, {
    alive,
    runIds,
    times: KILLS,
    within: WITHIN_QUESTIONS,
    andThen: async (n) => {
      if (n % FLUSH_EVERY === 0) await redis.flushAll();
    },
  });
  await runsEnd(books, runIds);
  const parties = await partiesOfTheKilled(scene);
  return {
    faults: kills + Math.floor(kills / FLUSH_EVERY),
    notes: [`${parties} parties were in the hands of killed workers`],
    missed: [
      ...(kills < KILLS ? [`only ${kills} of ${KILLS} kills came before one of the runs was over`] : []),
      ...(parties < LEAST_PARTIES ? [`killed workers held only ${parties} parties`] : []),
    ],
  };
}

/** Parties whom others let go because the worker that had taken them was killed. */
function partiesOfTheKilled({ books, crashes }: Scene): Promise<number> {
  return books.number(
    `SELECT count(*) FROM drill.history AS taken
       JOIN drill.history AS let_go USING (person_id, claim_id)
       JOIN drill.began AS began USING (person_id)
      WHERE taken.what = 'claimed' AND taken.worker = ANY ($1::varchar[]) AND let_go.what = 'let_go'
        AND let_go.worker <> taken.worker AND began.subject = 'parties'`,
    [crashes.map(({ worker }) => worker)],
  );
}
