import { type FaultReport, releasedFromTheLiving } from './findings';
import { type Drill, runDrill } from './definition';
import { runEnds, startRun, JOB, whileProgressing } from './runs';
import { evenPoints, RunPace } from './register';
import { LEASE_MS, LONG_LEASE, PATIENT_CALLS } from './settings';
import type { Opened, ProgramOptions, DrillEnvironment } from './environment';
import { waitUntil } from '../support/wait-until';

const PERSONS_OF_CLOCKS = 600;

const JUMPS = 6;

/** D15: the clocks of two workers of three are wrong by an hour, and jump forth and back in the middle of a run. */
export const shiftClocks: Drill = {
  name: 'shift-clocks',
  code: 'D15',
  description: `two workers' clocks an hour wrong, jumping forth and back ${JUMPS} times in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'shift-clocks',
        persons: PERSONS_OF_CLOCKS,
        latencyMs: 150,
        settings: { ...LONG_LEASE, ...PATIENT_CALLS },
      },
      jumpDuringRun,
    ),
};

async function jumpDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  const [ahead, behind] = await Promise.all([
    environment.worker(wrongClock(1)),
    environment.worker(wrongClock(-1)),
    environment.worker(),
  ]);
  const pace = await RunPace.set(register, evenPoints(JUMPS, PERSONS_OF_CLOCKS * 0.6));
  const runId = await startRun(database);
  for (let jump = 1; jump <= JUMPS; jump += 1) {
    await pace.reached();
    for (const { child } of [ahead, behind]) child.signal('SIGUSR2');
    await pace.goOn();
  }
  await runEnds(database, runId);
  const released = await releasedFromTheLiving(database, []);
  const byThem = await database.number(
    `SELECT count(*) FROM drill.history WHERE what = 'finished' AND worker = ANY ($1::varchar[])`,
    [[ahead.child.name, behind.child.name]],
  );
  return {
    faults: JUMPS,
    notes: [`${byThem} persons were finished by workers with a wrong clock`],
    missed: [
      ...(await wrongTimes(environment)),
      ...(byThem === 0 ? ['the workers with wrong clocks finished nobody'] : []),
      ...(released > 0 && environment.lagMs < LEASE_MS
        ? [`${released} persons were taken from the living`]
        : []),
    ],
  };
}

/** Every time that is written must lie in the drill, by the clock of the database; a retry may lie a wait ahead. */
export async function wrongTimes({ database, startedAt }: DrillEnvironment): Promise<string[]> {
  const outside = (column: string): string =>
    `count(*) FILTER (WHERE ${column} NOT BETWEEN $1::timestamptz AND clock_timestamp())`;
  const wrong = await database.number(
    `SELECT (SELECT count(*) FROM mpi.person_verifications JOIN drill.began AS b USING (person_id)
              WHERE dms_passport_synced_at IS DISTINCT FROM b.synced_at
                AND dms_passport_synced_at NOT BETWEEN $1::timestamptz AND clock_timestamp()
                 OR dms_passport_unverified_at IS DISTINCT FROM b.unverified_at
                AND dms_passport_unverified_at NOT BETWEEN $1::timestamptz AND clock_timestamp()
                 OR dms_passport_retry_at > clock_timestamp() + interval '1 minute')
          + (SELECT ${outside('inserted_at')} FROM mpi.audit_log)
          + (SELECT ${outside('inserted_at')} FROM mpi.status_change_events)
          + (SELECT ${outside('started_at')} + ${outside('finished_at')} FROM mpi.job_runs)`,
    [startedAt],
  );
  return wrong > 0 ? [`${wrong} times were written that are not of this hour`] : [];
}

const PERSONS_OF_SCHEDULE = 400;

const WORKERS = 5;

const TICKS = 3;

const MINUTE_MS = 60_000;

/** The scheduler looks every ten seconds; a tick it found is worked on after the next wake-up or poll. */
const BEGINS_WITHIN_MS = 15_000;

/**
 * D16: five workers with the same schedule, one clock an hour ahead and one an hour behind; the leader of the first
 * run is killed in it.
 */
export const sameSchedule: Drill = {
  name: 'same-schedule',
  code: 'D16',
  description: `${WORKERS} workers with the same schedule of a run a minute, two with wrong clocks, one killed`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'same-schedule',
        persons: PERSONS_OF_SCHEDULE,
        latencyMs: 200,
        settings: { ...PATIENT_CALLS, DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '* * * * *' },
      },
      killLeaderOfFirstRun,
    ),
};

async function killLeaderOfFirstRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  // Known for a while, and nobody was there: the ticks that were missed are one.
  await database.write(
    `INSERT INTO mpi.job_schedules (job, first_seen_at) VALUES ($1, now() - interval '10 minutes')`,
    [JOB],
  );
  const workers = await Promise.all([
    environment.worker(wrongClock(1)),
    environment.worker(wrongClock(-1)),
    ...Array.from({ length: WORKERS - 2 }, () => environment.worker()),
  ]);
  const pace = await RunPace.set(register, [100]);
  const first = await tick(environment, 1);
  await pace.reached();
  await killLeader(environment, { runId: first, workers });
  await pace.end();
  await runEnds(database, first);
  for (let n = 2; n <= TICKS; n += 1) await tick(environment, n);
  // What the last one began goes on; no further run may begin while everything is looked at.
  await Promise.all(workers.map(({ child }) => child.end('SIGTERM')));
  const missed = [...(await wrongRuns(environment)), ...(await wrongTimes(environment))];
  await database.write(
    `UPDATE mpi.job_runs SET status = 'FAILED', finished_at = now(), lease_until = NULL WHERE status = 'RUNNING'`,
  );
  await Promise.all([0, 1].map(() => environment.worker(ONCE_IN_FOUR_YEARS)));
  return {
    faults: TICKS + 1,
    missed,
    notes: [`${await tickCount(environment)} ticks, each of them one row`],
  };
}

/** The runs that follow are the drill's own. */
const ONCE_IN_FOUR_YEARS = { settings: { DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 0 29 2 *' } };

/** Waits for the n-th tick to become a run; gives the id of the latest one. */
async function tick({ database }: DrillEnvironment, n: number): Promise<string> {
  const latest = async (): Promise<string | undefined> => {
    const rows = await database.look<{ id: string }>(
      `SELECT id FROM mpi.job_runs WHERE job = $1 AND status <> 'SKIPPED' ORDER BY tick DESC`,
      [JOB],
    );
    return rows.length >= n ? rows[0]?.id : undefined;
  };
  return waitUntil(latest, { what: `run ${n} of the schedule`, timeoutMs: 3 * MINUTE_MS, everyMs: 100 });
}

/** Kills the worker that holds the run's lease. */
async function killLeader(
  { database, crashes }: DrillEnvironment,
  { runId, workers }: { readonly runId: string; readonly workers: readonly Opened[] },
): Promise<void> {
  const leads = async (): Promise<Opened | undefined> => {
    const [row] = await database.look<{ name: string }>(
      `SELECT recorded.worker AS name FROM drill.history AS recorded JOIN mpi.verification_claims AS c ON c.id = recorded.claim_id
         JOIN mpi.job_runs AS r ON r.id = c.run_id AND r.worker = c.worker WHERE r.id = $1 LIMIT 1`,
      [runId],
    );
    return workers.find(({ child }) => child.name === row?.name);
  };
  const leader = await whileProgressing(leads, { database, what: 'the leader of the run to hold somebody' });
  const fromMs = Date.now();
  await leader.child.end('SIGKILL');
  crashes.push({ fromMs, untilMs: Date.now(), worker: leader.child.name });
}

/** Every minute since the first tick has its row, a run begins soon after its tick, and no two go on at once. */
async function wrongRuns({ database, lagMs }: DrillEnvironment): Promise<string[]> {
  const [row] = await database.look<{ early: string; late: string; gaps: string; at_once: string }>(
    `SELECT count(*) FILTER (WHERE started_at < tick) AS early,
            count(*) FILTER (WHERE before IS NOT NULL AND started_at > tick + make_interval(secs => $2)) AS late,
            count(*) FILTER (WHERE tick - before <> interval '1 minute') AS gaps,
            count(*) FILTER (WHERE status <> 'SKIPPED' AND started_at < ended_before) AS at_once
       FROM (SELECT *, lag(tick) OVER (ORDER BY tick) AS before,
                    max(finished_at) FILTER (WHERE status <> 'SKIPPED') OVER (
                      ORDER BY tick ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS ended_before
               FROM mpi.job_runs WHERE job = $1) AS runs`,
    [JOB, (BEGINS_WITHIN_MS + lagMs) / 1000],
  );
  const faults = {
    'began before their tick': row?.early,
    'began late': row?.late,
    'followed a tick that nobody noticed': row?.gaps,
    'began while another one was going on': row?.at_once,
  };
  return Object.entries(faults).flatMap(([what, n]) => (Number(n) > 0 ? [`${n} runs ${what}`] : []));
}

function tickCount({ database }: DrillEnvironment): Promise<number> {
  return database.number(`SELECT count(*) FROM mpi.job_runs WHERE job = $1 AND tick IS NOT NULL`, [JOB]);
}

const HOUR_MS = 3_600_000;

/** A program whose clock is an hour ahead, or behind; SIGUSR2 makes it the other. */
function wrongClock(hours: 1 | -1): ProgramOptions {
  return {
    preload: 'test/drills/shift-date.cjs',
    settings: { DRILL_CLOCK_SHIFT_MS: String(hours * HOUR_MS) },
  };
}
