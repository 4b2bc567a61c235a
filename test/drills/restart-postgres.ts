import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import type { Scene } from './scene';

const PERSONS = 700;
const CUTS = 3;
/** R6: at work again so long after PostgreSQL is back, at the latest. */
const BACK_WITHIN_MS = 30_000;

/** D7: PostgreSQL is restarted in a run, gently and at once, and connections are cut. */
export const restartPostgres: Drill = {
  name: 'restart-postgres',
  code: 'D7',
  says: `PostgreSQL restarted fast and immediate, connections cut ${CUTS} times, in one run`,
  short: true,
  play: (stage) => play(stage, { name: 'restart-postgres', persons: PERSONS, latencyMs: 150 }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register, postgres } = scene;
  await scene.workers(2);
  const runId = await startRun(books);
  const faults = [
    ...Array.from({ length: CUTS }, () => () => cutConnections(scene)),
    () => postgres.restart('fast'),
    () => postgres.restart('immediate'),
  ];
  let recoveredMs = 0;
  for (const [index, happen] of faults.entries()) {
    await register.reached(Math.round(((index + 1) * PERSONS * 0.5) / faults.length));
    // Whatever was in hand when it happened may be asked again; it happens somewhere between these two moments.
    const fromMs = Date.now();
    await happen();
    const backAtMs = Date.now();
    scene.crashes.push({ fromMs, untilMs: backAtMs });
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(books, backAtMs));
  }
  await runEnds(books, runId);
  return {
    faults: faults.length,
    recoveredMs,
    missed: recoveredMs > BACK_WITHIN_MS + scene.lagMs ? [`work stood still for ${recoveredMs} ms`] : [],
  };
}

/** Every connection of a worker, in the middle of whatever it does. */
async function cutConnections({ books }: Scene): Promise<void> {
  await books.write(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'worker%'`,
  );
}
