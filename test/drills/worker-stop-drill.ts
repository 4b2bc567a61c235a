import { waitUntil } from '../support/wait-until';
import type { DrillDatabase } from './database';
import type { FaultReport } from './findings';
import { claimedBy, runEnds, startRun } from './runs';
import { type Drill, runDrill } from './definition';
import { LEASE_MS, PATIENT_CALLS } from './settings';
import type { Opened, DrillEnvironment } from './environment';

const LEASES_STOPPED = 3;
/** The stopped worker must have so many questions outstanding, or nothing is late. */
const LEAST_OUT = 4;
/** So many questions are answered before all answers are held. */
const QUESTIONS_BEFORE = 60;
/** So slow that the other worker can be met with the same persons in its hands. */
const SLOW_MS = 700;

/** D2: a worker is stopped for three leases with answers on their way to it, and then continued. */
export const stopWorker: Drill = {
  name: 'stop-worker',
  code: 'D2',
  description: 'a worker stopped for three leases, then continued',
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'stop-worker',
        persons: 300,
        latencyMs: 40,
        // Its answers have to be late, not its own calls over: a call may take longer than the worker is stopped.
        settings: PATIENT_CALLS,
      },
      stopDuringRun,
    ),
};

async function stopDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  const workers = await environment.workers(2);
  await register.behave({ answerUpTo: QUESTIONS_BEFORE });
  const runId = await startRun(database);
  await register.reached(QUESTIONS_BEFORE);
  await register.behave({ hold: true, answerUpTo: null });
  const sleeper = await waitUntil(() => holderOfMany(environment, workers), {
    what: 'questions on their way',
  });

  const stoppedAtMs = await stop(environment, sleeper);
  const claimed = await database.number(`SELECT count(*) FROM drill.slept`);
  // Its answers arrive at a program that does not read them, while the other worker goes on.
  await register.behave({ hold: false, latencyMs: SLOW_MS });
  await takenByTheOther(environment);
  await staysStoppedFor(database, stoppedAtMs);
  const changed = await wakeUp(environment, sleeper);

  await register.behave({ hold: false, latencyMs: 0 });
  await runEnds(database, runId);
  await waitUntil(async () => (await superseded(database)) >= claimed, {
    what: 'every late answer to be dropped',
  });
  return {
    faults: 1,
    recoveredMs: await releasedAfter(database, stoppedAtMs),
    notes: [`${claimed} persons were in its hands; all its late answers were dropped`],
    missed: changed > 0 ? [`late answers changed ${changed} rows of persons in another worker's hands`] : [],
  };
}

async function stop({ database, crashes }: DrillEnvironment, { child }: Opened): Promise<number> {
  child.signal('SIGSTOP');
  const stoppedAtMs = Date.now();
  // The server completes a statement, a claim for instance, also for a client that does not listen any more.
  const active = `SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state = 'active'`;
  await waitUntil(async () => (await database.number(active, [child.name])) === 0, {
    what: 'its last statements',
  });
  crashes.push({ fromMs: stoppedAtMs, untilMs: Date.now(), worker: child.name });
  await database.write(`CREATE TABLE drill.slept AS ${claimedBy(child.name)}`);
  return stoppedAtMs;
}

/** Continues it while the other worker waits for answers about the same persons; gives how many rows that changed. */
async function wakeUp({ database }: DrillEnvironment, { child }: Opened): Promise<number> {
  await database.write(`CREATE TABLE drill.before AS ${EVERYTHING}`);
  const before = await superseded(database);
  child.signal('SIGCONT');
  await waitUntil(async () => (await superseded(database)) > before, {
    what: 'the late answers to be dropped',
  });
  return database.number(
    `SELECT count(*) FROM (${EVERYTHING}) AS now FULL JOIN drill.before AS before USING (what, id)
      WHERE now.content IS DISTINCT FROM before.content`,
  );
}

/** Persons whom the sleeper held and the other worker took since. */
const RETAKEN = `
  SELECT held.person_id FROM mpi.verification_locks AS held JOIN drill.slept USING (person_id)
   WHERE held.claim_id IS NOT NULL AND held.claim_id <> slept.claim_id`;

/** Those of them whose answers are kept back from the other worker: whatever changes, it did not change it. */
const AWAITED = `SELECT person_id FROM drill.awaited`;

/** Whatever a late answer about them could change: verdict, lock, sum, events, audit rows. */
const EVERYTHING = `
  SELECT 'verification' AS what, id, to_jsonb(v) AS content FROM mpi.person_verifications AS v
   WHERE person_id IN (${AWAITED})
  UNION ALL SELECT 'lock', id, to_jsonb(l) FROM mpi.verification_locks AS l WHERE person_id IN (${AWAITED})
  UNION ALL SELECT 'person', id, to_jsonb(p) FROM mpi.persons AS p WHERE id IN (${AWAITED})
  UNION ALL SELECT 'event', id, to_jsonb(e) FROM mpi.status_change_events AS e WHERE entity_id IN (${AWAITED})
  UNION ALL SELECT 'audit', id, to_jsonb(a) FROM mpi.audit_log AS a WHERE resource_id IN (${AWAITED})`;

/** A worker with enough questions in flight. */
async function holderOfMany(
  { database, register }: DrillEnvironment,
  workers: readonly Opened[],
): Promise<Opened | undefined> {
  const open = (await register.asked()).filter(({ ended }) => ended === 'open');
  for (const worker of workers) {
    const numbers = await numbersOf(
      database,
      `SELECT person_id FROM (${claimedBy(worker.child.name)}) AS held`,
    );
    if (open.filter(({ key }) => numbers.has(key)).length >= LEAST_OUT) return worker;
  }
  return undefined;
}

/** The other worker has asked about many of those persons, and its answers are kept back: a late one could do harm. */
async function takenByTheOther({ database, register }: DrillEnvironment): Promise<void> {
  const inTime = { what: 'the other worker to take the same persons', timeoutMs: 30_000 };
  const awaited = await waitUntil(async () => {
    // Each time a few answers pass, and the next questions of its line are asked.
    await register.behave({ hold: false });
    await register.behave({ hold: true });
    return awaitedSince({ database, register }, await register.count());
  }, inTime);
  await database.write(
    `CREATE TABLE drill.awaited AS SELECT DISTINCT retaken.person_id FROM (${RETAKEN}) AS retaken
       JOIN mpi.person_documents AS d ON d.person_id = retaken.person_id
        AND d.number IN (${awaited.map((key) => `'${key}'`).join(', ')})`,
  );
}

/** Passports of those persons with enough questions since then, each kept waiting; nothing if there are too few. */
async function awaitedSince(
  { database, register }: Pick<DrillEnvironment, 'database' | 'register'>,
  since: number,
): Promise<string[] | undefined> {
  const ask = async (): Promise<string[] | undefined> => {
    const numbers = await numbersOf(database, RETAKEN);
    const asked = (await register.asked(since)).map(({ key }) => key).filter((key) => numbers.has(key));
    return asked.length >= LEAST_OUT ? asked : undefined;
  };
  return waitUntil(ask, { what: 'enough questions', timeoutMs: 1.5 * SLOW_MS }).catch(() => undefined);
}

/** What the register is asked about these persons; only passports of a single holder identify the person. */
async function numbersOf(database: DrillDatabase, persons: string): Promise<ReadonlySet<string>> {
  const sql = `
    SELECT number FROM mpi.person_documents GROUP BY number
    HAVING count(*) = 1 AND min(person_id::text)::uuid IN (${persons})`;
  return new Set((await database.look<{ number: string }>(sql)).map(({ number }) => number));
}

/** The fault itself lasts so long, by the clock of the database. */
async function staysStoppedFor(database: DrillDatabase, stoppedAtMs: number): Promise<void> {
  const until = new Date(stoppedAtMs + LEASES_STOPPED * LEASE_MS).toISOString();
  const isOver = async (): Promise<boolean> =>
    (await database.number(`SELECT (now() > $1::timestamptz)::int`, [until])) === 1;
  await waitUntil(isOver, { what: 'three leases to pass', timeoutMs: 30_000, everyMs: 100 });
}

async function releasedAfter(database: DrillDatabase, stoppedAtMs: number): Promise<number> {
  const ms = await database.number(
    `SELECT max(extract(epoch FROM ended_at - $1::timestamptz)) * 1000 FROM (
       SELECT person_id, claim_id, what, lead(at) OVER (PARTITION BY person_id ORDER BY seq) AS ended_at
         FROM drill.history) AS hold JOIN drill.slept USING (person_id, claim_id)
      WHERE what = 'claimed'`,
    [new Date(stoppedAtMs).toISOString()],
  );
  return Math.round(ms);
}

function superseded(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT coalesce(sum(n), 0) FROM mpi.job_run_counts WHERE counter = 'superseded'`);
}
