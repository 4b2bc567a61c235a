import type { FaultReport } from './findings';
import { claimedBy, nextFinishedAfter, runEnds, startRun } from './runs';
import { type Drill, runDrill } from './definition';
import { evenPoints, RunPace } from './register';
import { LONG_LEASE, PATIENT_CALLS } from './settings';
import type { Opened, DrillEnvironment } from './environment';

const PERSONS = 800;
const WORKERS = 3;
const ENDS = 6;
/** Between two ends so many questions arrive, and the last end is well before the last question. */
const QUESTIONS_BETWEEN = 40;
/** A worker has ended so long after SIGTERM, at the latest. */
const ENDS_WITHIN_MS = 36_000;
const GRACEFUL_SETTINGS = {
  ...LONG_LEASE,
  ...PATIENT_CALLS,
};
/** Ends of workers that hold nobody prove nothing. */
const LEAST_CLAIMED = 12;
/** R9: with others at work nobody should notice. */
const STALLS_AT_MOST_MS = 5_000;

/** R9: a worker gets SIGTERM in the middle of a run, again and again. */
export const endWorkers: Drill = {
  name: 'end-workers',
  code: 'R9',
  description: `${ENDS} times SIGTERM to a worker in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'end-workers', persons: PERSONS, latencyMs: 150, settings: GRACEFUL_SETTINGS },
      endOneByOne,
    ),
};

/** R9: every worker is replaced, twice, as an update does it. */
export const rollingRestart: Drill = {
  name: 'rolling-restart',
  code: 'R9',
  description: `all ${WORKERS} workers replaced one after the other, twice in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'rolling-restart', persons: PERSONS, latencyMs: 150, settings: GRACEFUL_SETTINGS },
      rollThrough,
    ),
};

async function endOneByOne(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, random } = environment;
  let workers = await environment.workers(WORKERS);
  const pace = await RunPace.set(register, evenPoints(ENDS, ENDS * QUESTIONS_BETWEEN));
  const runId = await startRun(database);
  const ends: Ended[] = [];
  for (let n = 1; n <= ENDS; n += 1) {
    await pace.reached();
    const victim = random.pick(workers);
    // The calls of the victim must be answered, or it could not end.
    await pace.goOn();
    ends.push(await end(environment, { ...victim, pace }));
    workers = [...workers.filter((worker) => worker !== victim), await newcomer(environment)];
  }
  await runEnds(database, runId);
  return reportOf(environment, ends);
}

async function rollThrough(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  const line = await environment.workers(WORKERS);
  const pace = await RunPace.set(register, evenPoints(2 * WORKERS, 2 * WORKERS * QUESTIONS_BETWEEN));
  const runId = await startRun(database);
  const ends: Ended[] = [];
  for (let n = 1; n <= 2 * WORKERS; n += 1) {
    await pace.reached();
    line.push(await newcomer(environment));
    await pace.goOn();
    const before = (await register.asked()).length;
    await pace.answerAsked();
    await register.reached(Math.min(before + QUESTIONS_BETWEEN / 4, PERSONS / 2));
    const oldest = line.shift();
    if (oldest !== undefined) ends.push(await end(environment, { ...oldest, pace }));
  }
  await runEnds(database, runId);
  return reportOf(environment, ends);
}

/** One more worker. Until it is there the register keeps its answers, or a slow start would be the end of the run. */
async function newcomer(environment: DrillEnvironment): Promise<Opened> {
  await environment.register.behave({ hold: true });
  const opened = await environment.worker();
  await environment.register.behave({ hold: false });
  return opened;
}

interface Ended {
  readonly tookMs: number;
  readonly exitCode: number | null;
  /** Persons it had claimed at the signal, and those it left claimed. */
  readonly claimed: number;
  readonly left: number;
  /** Until somebody else was finished after it. */
  readonly goesOnMs: number;
}

/** Nothing of it is a crash: whatever is asked twice because of it is a fault. */
async function end(
  { database }: DrillEnvironment,
  { child, pace }: Opened & { readonly pace: RunPace },
): Promise<Ended> {
  const claimedNow = (): Promise<number> =>
    database.number(`SELECT count(*) FROM (${claimedBy(child.name)}) AS held`);
  const claimed = await claimedNow();
  const [signalledAtMs, sinceMs] = [Date.now(), performance.now()];
  await pace.answerUntil(child.end('SIGTERM'));
  const tookMs = performance.now() - sinceMs;
  const left = await claimedNow();
  const goesOnMs = await nextFinishedAfter(database, signalledAtMs);
  return { tookMs, exitCode: child.exitCode, claimed, left, goesOnMs };
}

function reportOf(environment: DrillEnvironment, ends: readonly Ended[]): FaultReport {
  const slowestMs = Math.round(Math.max(...ends.map(({ tookMs }) => tookMs)));
  const left = ends.reduce((sum, one) => sum + one.left, 0);
  const claimed = ends.reduce((sum, one) => sum + one.claimed, 0);
  const gapMs = Math.max(...ends.map(({ goesOnMs }) => goesOnMs));
  const unclean = ends.filter(({ exitCode }) => exitCode !== 0).length;
  return {
    faults: ends.length,
    recoveredMs: gapMs,
    notes: [
      `${claimed} persons were in their hands, ${left} were left in review; the slowest end took ${slowestMs} ms`,
    ],
    missed: [
      ...(left > 0 ? [`${left} persons were left in review by workers that had been asked to end`] : []),
      ...(unclean > 0 ? [`${unclean} workers did not end with status 0`] : []),
      ...(claimed < LEAST_CLAIMED
        ? [`only ${claimed} persons were claimed by workers that were asked to end`]
        : []),
      ...(slowestMs > ENDS_WITHIN_MS + environment.lagMs ? [`a worker took ${slowestMs} ms to end`] : []),
      ...(gapMs > STALLS_AT_MOST_MS + environment.lagMs ? [`work stopped for ${gapMs} ms`] : []),
    ],
  };
}
