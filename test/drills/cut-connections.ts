import { setTimeout as pause } from 'node:timers/promises';
import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { finishedPersons, isOver, nextFinishedAfter, runEnds, startRun, whileItGetsOn } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';

const PERSONS = 900;
const CUTS = 20;
/** Between two cuts so many persons are finished, so that the run gets on, and then anything up to this passes. */
const FINISHED_BETWEEN = 5;
const WITHIN_MS = 200;
/** R6: at work again so long after PostgreSQL may be reached, at the latest. */
const BACK_WITHIN_MS = 30_000;

/** D8: the connections of all workers are cut, again and again. */
export const cutConnections: Drill = {
  name: 'cut-connections',
  code: 'D8',
  says: `all connections to PostgreSQL cut ${CUTS} times in one run`,
  short: false,
  play: (stage) =>
    play(
      stage,
      // Few calls at once: the run has to last for all cuts.
      {
        name: 'cut-connections',
        persons: PERSONS,
        latencyMs: 150,
        settings: { ...LONG_LEASE, TREMBITA_CONCURRENCY: '6' },
      },
      fault,
    ),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, random } = scene;
  await scene.workers(3);
  const runId = await startRun(books);
  await register.reached(10);
  let recoveredMs = 0;
  let faults = 0;
  for (let cut = 0; cut < CUTS; cut += 1) {
    const before = await finishedPersons(books);
    const isEnough = async (): Promise<true | undefined> =>
      (await finishedPersons(books)) >= before + FINISHED_BETWEEN ? true : undefined;
    await whileItGetsOn(isEnough, { books, what: 'persons to be finished between two cuts' });
    await pause(random.below(WITHIN_MS));
    if (await isOver(books, [runId])) throw new Error(`The run was over after ${cut} cuts.`);
    const fromMs = Date.now();
    faults += await cutAll(scene);
    const untilMs = Date.now();
    scene.crashes.push({ fromMs, untilMs });
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(books, untilMs));
  }
  await runEnds(books, runId);
  const isLate = recoveredMs > BACK_WITHIN_MS + scene.lagMs;
  return {
    faults: CUTS,
    recoveredMs,
    notes: [`${faults} connections were cut`],
    missed: isLate ? [`work stood still for ${recoveredMs} ms`] : [],
  };
}

/** Every connection of a worker, in the middle of whatever it does. Gives how many. */
function cutAll({ books }: Scene): Promise<number> {
  return books.number(
    `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'worker%'`,
  );
}
