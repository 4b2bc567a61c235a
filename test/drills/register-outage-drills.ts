import { waitUntil } from '../support/wait-until';
import { type FaultReport, releasedFromTheLiving } from './findings';
import { type Drill, runDrill } from './definition';
import { nextFinishedAfter, runEnds, startRun } from './runs';
import { evenPoints, RunPace } from './register';
import { LONG_LEASE, LEASE_MS, PATIENT_CALLS } from './settings';
import type { DrillEnvironment } from './environment';

const PERSONS_OF_OUTAGE = 700;

/** Closed connections, and a register that reports overload; each for so long after the breaker has opened. */
const AWAY: readonly string[] = ['down', 'http_503', 'down'];

const AWAY_FOR_MS = 4_000;

/** As the drills set it; each pause is longer than the one before. */
const FIRST_PAUSE_MS = 200;

/** The whole recovery of a breaker: the longest pause that can have grown meanwhile, and a poll. */
const BACK_WITHIN_MS = 30_000;

/** D13: the register goes away in a run and returns, again and again. */
export const loseRegister: Drill = {
  name: 'lose-register',
  code: 'D13',
  description: `the register away ${AWAY.length} times for ${AWAY_FOR_MS / 1000} s in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'lose-register', persons: PERSONS_OF_OUTAGE, latencyMs: 150, settings: LONG_LEASE },
      loseDuringRun,
    ),
};

async function loseDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  await environment.workers(2);
  const pace = await RunPace.set(register, evenPoints(AWAY.length, AWAY.length * 100));
  const runId = await startRun(database);
  const spoiled: [number, number][] = [];
  const probes: number[] = [];
  let recoveredMs = 0;
  for (const mode of AWAY) {
    await pace.reached();
    // A register that is away must not hold answers back.
    await pace.goOn();
    const { from, asked } = await goesAway(environment, mode);
    probes.push(asked);
    await register.behave({ mode: 'normal' });
    spoiled.push([from, await register.count()]);
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(database, Date.now()));
  }
  await runEnds(database, runId);
  // Pauses that double: even if each were as short as the first, one probe at a time asks no oftener than this.
  const most = AWAY_FOR_MS / FIRST_PAUSE_MS + 2;
  return {
    faults: AWAY.length,
    recoveredMs,
    spoiled,
    notes: [`a register that was away for ${AWAY_FOR_MS} ms was asked ${probes.join(', ')} times meanwhile`],
    missed: [
      ...(probes.some((asked) => asked > most) ? ['a register that was away was asked too often'] : []),
      ...(recoveredMs > BACK_WITHIN_MS + environment.lagMs ? [`work stopped for ${recoveredMs} ms`] : []),
    ],
  };
}

/** Until the breaker has opened, and then for a while; gives how often the register was asked in that while. */
async function goesAway(
  { database, register }: DrillEnvironment,
  mode: string,
): Promise<{ from: number; asked: number }> {
  // Going down cuts the calls that are under way as well.
  const open = (await register.asked())
    .filter(({ ended }) => ended === 'open')
    .map(({ sequence }) => sequence);
  const from = Math.min(...open, (await register.count()) + 1);
  await register.behave({ mode });
  const isOpen = async (): Promise<boolean> =>
    (await database.number(`SELECT count(*) FROM mimir.register_breakers WHERE open_until IS NOT NULL`)) > 0;
  await waitUntil(isOpen, { what: 'the breaker to open', timeoutMs: 60_000 });
  // Calls that were already on their way when it opened have ended after a moment.
  const quietAtMs = Date.now() + FIRST_PAUSE_MS;
  await waitUntil(() => Date.now() > quietAtMs, { what: 'the last calls before it' });
  const before = await register.count();
  await waitUntil(() => Date.now() > quietAtMs + AWAY_FOR_MS, { what: 'the outage' });
  return { from, asked: (await register.count()) - before };
}

const RUNS = 3;

const FAILURE_RATE = 0.3;

/** D13: three of ten questions get a technical error, at random. */
export const flakyRegister: Drill = {
  name: 'flaky-register',
  code: 'D13',
  description: `${FAILURE_RATE * 100} % of the answers are technical errors, in ${RUNS} runs`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'flaky-register', persons: 600, latencyMs: 60, settings: LONG_LEASE },
      failAtRandom,
    ),
};

async function failAtRandom(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  await environment.workers(2);
  await register.behave({ failureRate: FAILURE_RATE });
  for (let run = 0; run < RUNS; run += 1) await runEnds(database, await startRun(database));
  await register.behave({ failureRate: 0 });
  const faults = await database.number(`SELECT count(*) FROM drill.history WHERE what = 'failed'`);
  const verdicts = await database.number(
    `SELECT count(*) FROM drill.history AS f JOIN mpi.audit_log AS a ON a.claim_id = f.claim_id
        AND a.resource_id = f.person_id AND a."row" IN ('S4', 'S5', 'S6', 'S7') WHERE f.what = 'failed'`,
  );
  return {
    faults,
    failedAtRandom: true,
    missed: verdicts > 0 ? [`${verdicts} persons got a verdict out of a technical error`] : [],
  };
}

const QUICK_MS = 50;

/** Longer than a lease: a worker that waits must keep whom it holds. */
const SLOW_MS = 1.5 * LEASE_MS;

const SLOW_QUESTIONS = 80;

/** D14: the register becomes sixty times slower, and quick again. */
export const slowRegister: Drill = {
  name: 'slow-register',
  code: 'D14',
  description: `answers take ${QUICK_MS} ms, then ${SLOW_MS} ms, longer than a lease, then ${QUICK_MS} ms`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'slow-register',
        persons: 500,
        latencyMs: QUICK_MS,
        settings: PATIENT_CALLS,
      },
      slowDown,
    ),
};

async function slowDown(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  await environment.workers(2);
  const pace = await RunPace.set(register, [120]);
  const runId = await startRun(database);
  await pace.reached();
  await register.behave({ latencyMs: SLOW_MS });
  await pace.end();
  await register.reached(120 + SLOW_QUESTIONS);
  await register.behave({ latencyMs: QUICK_MS });
  await runEnds(database, runId);
  const released = await releasedFromTheLiving(database, []);
  // A machine that itself stalled for a good part of a lease is no proof against the program.
  const isProof = environment.lagMs < LEASE_MS / 4;
  return {
    faults: 1,
    missed:
      released > 0 && isProof ? [`${released} persons were taken from workers that only had to wait`] : [],
  };
}
