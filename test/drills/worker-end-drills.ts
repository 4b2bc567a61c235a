import type { FaultReport } from './findings';
import { heldBy, nextFinishedAfter, runEnds, startRun } from './runs';
import { type Drill, play } from './definition';
import { evenPoints, RunPace } from './register';
import { LONG_LEASE, PATIENT_CALLS } from './settings';
import type { Opened, Scene } from './environment';

const PERSONS = 800;
const WORKERS = 3;
const ENDS = 6;
/** Between two ends so many questions come, and the last end is well before the last question. */
const QUESTIONS_BETWEEN = 40;
const GRACE_SECONDS = Number(PATIENT_CALLS['SHUTDOWN_GRACE_SECONDS']);
const GRACEFUL_SETTINGS = {
  ...LONG_LEASE,
  ...PATIENT_CALLS,
};
/** Ends of workers that hold nobody prove nothing. */
const LEAST_HELD = 12;
/** R9: with others at work nobody should notice. */
const STANDS_STILL_AT_MOST_MS = 5_000;

/** R9: a worker is told to end in the middle of a run, again and again. */
export const endWorkers: Drill = {
  name: 'end-workers',
  code: 'R9',
  says: `${ENDS} times SIGTERM to a worker in one run`,
  short: false,
  play: (stage) =>
    play(
      stage,
      { name: 'end-workers', persons: PERSONS, latencyMs: 150, settings: GRACEFUL_SETTINGS },
      endOneByOne,
    ),
};

/** R9: every worker is replaced, twice, as an update does it. */
export const rollingRestart: Drill = {
  name: 'rolling-restart',
  code: 'R9',
  says: `all ${WORKERS} workers replaced one after the other, twice in one run`,
  short: false,
  play: (stage) =>
    play(
      stage,
      { name: 'rolling-restart', persons: PERSONS, latencyMs: 150, settings: GRACEFUL_SETTINGS },
      rollThrough,
    ),
};

async function endOneByOne(scene: Scene): Promise<FaultReport> {
  const { books, register, random } = scene;
  let workers = await scene.workers(WORKERS);
  const pace = await RunPace.set(register, evenPoints(ENDS, ENDS * QUESTIONS_BETWEEN));
  const runId = await startRun(books);
  const ends: Ended[] = [];
  for (let n = 1; n <= ENDS; n += 1) {
    await pace.reached();
    const victim = random.pick(workers);
    // The calls of the victim must be answered, or it could not end.
    await pace.goOn();
    ends.push(await end(scene, victim));
    workers = [...workers.filter((worker) => worker !== victim), await newcomer(scene)];
  }
  await runEnds(books, runId);
  return reportOf(scene, ends);
}

async function rollThrough(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  const line = await scene.workers(WORKERS);
  const pace = await RunPace.set(register, evenPoints(2 * WORKERS, 2 * WORKERS * QUESTIONS_BETWEEN));
  const runId = await startRun(books);
  const ends: Ended[] = [];
  for (let n = 1; n <= 2 * WORKERS; n += 1) {
    await pace.reached();
    line.push(await newcomer(scene));
    await pace.goOn();
    const before = (await register.asked()).length;
    await register.reached(Math.min(before + QUESTIONS_BETWEEN / 4, PERSONS / 2));
    const oldest = line.shift();
    if (oldest !== undefined) ends.push(await end(scene, oldest));
  }
  await runEnds(books, runId);
  return reportOf(scene, ends);
}

/** One more worker. Until it is there the register keeps its answers, or a slow start would be the end of the run. */
async function newcomer(scene: Scene): Promise<Opened> {
  await scene.register.behave({ hold: true });
  const opened = await scene.worker();
  await scene.register.behave({ hold: false });
  return opened;
}

interface Ended {
  readonly tookMs: number;
  readonly exitCode: number | null;
  /** Persons it held when it was told, and still did when it was gone. */
  readonly held: number;
  readonly left: number;
  /** Until somebody else was finished after it. */
  readonly goesOnMs: number;
}

/** Nothing of it is a crash: whatever is asked twice because of it is a fault. */
async function end({ books }: Scene, { child }: Opened): Promise<Ended> {
  const heldNow = (): Promise<number> => books.number(`SELECT count(*) FROM (${heldBy(child.name)}) AS held`);
  const held = await heldNow();
  const [toldAtMs, sinceMs] = [Date.now(), performance.now()];
  await child.end('SIGTERM');
  const tookMs = performance.now() - sinceMs;
  const left = await heldNow();
  const goesOnMs = await nextFinishedAfter(books, toldAtMs);
  return { tookMs, exitCode: child.exitCode, held, left, goesOnMs };
}

function reportOf(scene: Scene, ends: readonly Ended[]): FaultReport {
  const slowestMs = Math.round(Math.max(...ends.map(({ tookMs }) => tookMs)));
  const left = ends.reduce((sum, one) => sum + one.left, 0);
  const held = ends.reduce((sum, one) => sum + one.held, 0);
  const gapMs = Math.max(...ends.map(({ goesOnMs }) => goesOnMs));
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
      ...(held < LEAST_HELD
        ? [`only ${held} persons were in the hands of workers that were told to end`]
        : []),
      ...(slowestMs > GRACE_SECONDS * 1000 + scene.lagMs ? [`a worker took ${slowestMs} ms to end`] : []),
      ...(gapMs > STANDS_STILL_AT_MOST_MS + scene.lagMs ? [`work stood still for ${gapMs} ms`] : []),
    ],
  };
}
