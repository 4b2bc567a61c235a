import type { FaultReport } from './findings';
import { heldBy } from './held-by';
import { type Drill, play } from './play';
import { runEnds, startRun } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Opened, Scene } from './scene';

const PERSONS = 800;
const WORKERS = 3;
const ENDS = 6;
/** As the drills set it. */
const GRACE_MS = 9_000;
/** R9: with others at work nobody should notice; a second of the whole rate at most. */
const STANDS_STILL_AT_MOST_MS = 5_000;

/** R9: a worker is told to end in the middle of a run, again and again. */
export const endWorkers: Drill = {
  name: 'end-workers',
  code: 'R9',
  says: `${ENDS} times SIGTERM to a worker in one run`,
  needsRealRedis: false,
  short: false,
  play: (stage) =>
    play(stage, { name: 'end-workers', persons: PERSONS, latencyMs: 150, settings: LONG_LEASE }, endOneByOne),
};

/** R9: every worker is replaced, twice, as an update does it. */
export const rollingRestart: Drill = {
  name: 'rolling-restart',
  code: 'R9',
  says: `all ${WORKERS} workers replaced one after the other, twice in one run`,
  needsRealRedis: false,
  short: false,
  play: (stage) =>
    play(
      stage,
      { name: 'rolling-restart', persons: PERSONS, latencyMs: 150, settings: LONG_LEASE },
      rollThrough,
    ),
};

async function endOneByOne(scene: Scene): Promise<FaultReport> {
  const { books, register, random } = scene;
  let workers = await scene.workers(WORKERS);
  const runId = await startRun(books);
  const ends: Ended[] = [];
  for (let n = 1; n <= ENDS; n += 1) {
    await register.reached(Math.round((n * PERSONS * 0.5) / ENDS));
    const victim = random.pick(workers);
    ends.push(await end(scene, victim));
    workers = [...workers.filter((worker) => worker !== victim), await scene.worker()];
  }
  await runEnds(books, runId);
  return report(scene, ends);
}

async function rollThrough(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  const line = await scene.workers(WORKERS);
  const runId = await startRun(books);
  await register.reached(30);
  const ends: Ended[] = [];
  for (let n = 0; n < 2 * WORKERS; n += 1) {
    const before = (await register.asked()).length;
    line.push(await scene.worker());
    const oldest = line.shift();
    if (oldest !== undefined) ends.push(await end(scene, oldest));
    // The others go on meanwhile: some work is seen between two ends.
    await register.reached(Math.min(before + 30, Math.round(PERSONS * 0.6)));
  }
  await runEnds(books, runId);
  return report(scene, ends);
}

interface Ended {
  readonly tookMs: number;
  readonly exitCode: number | null;
  /** Persons it held when it was told, and still did when it was gone. */
  readonly held: number;
  readonly left: number;
}

/** Nothing of it is a crash: whatever is asked twice because of it is a fault. */
async function end({ books }: Scene, { child }: Opened): Promise<Ended> {
  const heldNow = (): Promise<number> => books.number(`SELECT count(*) FROM (${heldBy(child.name)}) AS held`);
  const held = await heldNow();
  const toldAtMs = performance.now();
  await child.end('SIGTERM');
  return { tookMs: performance.now() - toldAtMs, exitCode: child.exitCode, held, left: await heldNow() };
}

async function report(scene: Scene, ends: readonly Ended[]): Promise<FaultReport> {
  const slowestMs = Math.round(Math.max(...ends.map(({ tookMs }) => tookMs)));
  const left = ends.reduce((sum, one) => sum + one.left, 0);
  const held = ends.reduce((sum, one) => sum + one.held, 0);
  const gapMs = await longestGap(scene);
  const unclean = ends.filter(({ exitCode }) => exitCode !== 0).length;
  return {
    faults: ends.length,
    recoveredMs: gapMs,
    notes: [
      `${held} persons were in their hands, ${left} were left in review; the slowest end took ${slowestMs} ms`,
    ],
    missed: [
      ...(left > 0 ? [`${left} persons were left in review by workers that had been told to end`] : []),
      ...(unclean > 0 ? [`${unclean} workers did not end with status 0`] : []),
      ...(slowestMs > GRACE_MS + scene.lagMs ? [`a worker took ${slowestMs} ms to end`] : []),
      ...(gapMs > STANDS_STILL_AT_MOST_MS + scene.lagMs ? [`work stood still for ${gapMs} ms`] : []),
    ],
  };
}

/** The longest time in which nobody was finished, from the first to the last. */
async function longestGap({ books }: Scene): Promise<number> {
  const ms = await books.number(
    `SELECT extract(epoch FROM max(gap)) * 1000 FROM (
       SELECT at - lag(at) OVER (ORDER BY at) AS gap FROM drill.history WHERE what = 'finished') AS gaps`,
  );
  return Math.round(ms);
}
