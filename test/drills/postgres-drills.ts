import type { FaultReport } from './findings';
import { type Drill, runDrill } from './definition';
import { nextFinishedAfter, runEnds, startRun, finishedPersons, isOver, whileProgressing } from './runs';
import type { DrillEnvironment } from './environment';
import { setTimeout as pause } from 'node:timers/promises';
import { evenPoints, RunPace } from './register';
import { LONG_LEASE, PATIENT_CALLS } from './settings';
import { Client } from 'pg';

const PERSONS_OF_RESTARTS = 700;

const CUTS_BEFORE_RESTARTS = 3;

/** R6: at work again so long after PostgreSQL is back, at the latest. */
const BACK_WITHIN_MS = 30_000;

/** D7: PostgreSQL is restarted in a run, gently and at once, and connections are cut. */
export const restartPostgres: Drill = {
  name: 'restart-postgres',
  code: 'D7',
  description: `PostgreSQL restarted fast and immediate, connections cut ${CUTS_BEFORE_RESTARTS} times, in one run`,
  short: true,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      { name: 'restart-postgres', persons: PERSONS_OF_RESTARTS, latencyMs: 150, settings: PATIENT_CALLS },
      restartDuringRun,
    ),
};

async function restartDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, postgres } = environment;
  await environment.workers(2);
  const faults = [
    ...Array.from({ length: CUTS_BEFORE_RESTARTS }, () => () => cutAllConnections(environment)),
    () => postgres.restart('fast'),
    () => postgres.restart('immediate'),
  ];
  const pace = await RunPace.set(register, evenPoints(faults.length, PERSONS_OF_RESTARTS / 2));
  const runId = await startRun(database);
  let recoveredMs = 0;
  for (const happen of faults) {
    await pace.reached();
    // Whatever was in flight when it happened may be asked again; it happens somewhere between these two moments.
    const fromMs = Date.now();
    await happen();
    const backAtMs = Date.now();
    await pace.goOn();
    environment.crashes.push({ fromMs, untilMs: backAtMs });
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(database, backAtMs));
  }
  await runEnds(database, runId);
  return {
    faults: faults.length,
    recoveredMs,
    missed: recoveredMs > BACK_WITHIN_MS + environment.lagMs ? [`work stopped for ${recoveredMs} ms`] : [],
  };
}

/** Every connection of a worker, in the middle of whatever it does. */
async function cutAllConnections({ database }: DrillEnvironment): Promise<void> {
  await database.write(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'worker%'`,
  );
}

const PERSONS_OF_CUTS = 900;

const CUTS = 20;

/** Between two cuts so many persons are finished, so that the run gets on, and then anything up to this passes. */
const FINISHED_BETWEEN = 5;

/** The register answers no more between two cuts, nor between a cut and the next: the run lasts for all of them. */
const ANSWERS_BETWEEN = 12;

const WITHIN_MS = 200;

/** D8: the connections of all workers are cut, again and again. */
export const cutConnections: Drill = {
  name: 'cut-connections',
  code: 'D8',
  description: `all connections to PostgreSQL cut ${CUTS} times in one run`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      // Few calls at once: the run has to last for all cuts.
      {
        name: 'cut-connections',
        persons: PERSONS_OF_CUTS,
        latencyMs: 150,
        settings: { ...LONG_LEASE, ...PATIENT_CALLS, TREMBITA_CONCURRENCY: '6' },
      },
      cutDuringRun,
    ),
};

async function cutDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register, random } = environment;
  await environment.workers(3);
  const runId = await startRun(database);
  await register.reached(10);
  let recoveredMs = 0;
  let faults = 0;
  for (let cut = 0; cut < CUTS; cut += 1) {
    await register.answerMore(ANSWERS_BETWEEN);
    const before = await finishedPersons(database);
    const isEnough = async (): Promise<true | undefined> =>
      (await finishedPersons(database)) >= before + FINISHED_BETWEEN ? true : undefined;
    await whileProgressing(isEnough, { database, what: 'persons to be finished between two cuts' });
    await pause(random.below(WITHIN_MS));
    if (await isOver(database, [runId])) throw new Error(`The run was over after ${cut} cuts.`);
    const fromMs = Date.now();
    faults += await cutAll(environment);
    const untilMs = Date.now();
    environment.crashes.push({ fromMs, untilMs });
    await register.answerMore(ANSWERS_BETWEEN);
    recoveredMs = Math.max(recoveredMs, await nextFinishedAfter(database, untilMs));
  }
  await register.behave({ answerUpTo: null });
  await runEnds(database, runId);
  const isLate = recoveredMs > BACK_WITHIN_MS + environment.lagMs;
  return {
    faults: CUTS,
    recoveredMs,
    notes: [`${faults} connections were cut`],
    missed: isLate ? [`work stopped for ${recoveredMs} ms`] : [],
  };
}

/** Every connection of a worker, in the middle of whatever it does. Gives how many. */
function cutAll({ database }: DrillEnvironment): Promise<number> {
  return database.number(
    `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
      WHERE datname = current_database() AND application_name LIKE 'worker%'`,
  );
}

const PERSONS_OF_IDLE = 500;

const LOCKED_PERSONS = 12;

/**
 * D9: one foreign transaction keeps an old snapshot through the whole run, another one holds rows of persons who are
 * being checked, and both do nothing. Everybody else is checked meanwhile.
 */
export const idleTransaction: Drill = {
  name: 'idle-transaction',
  code: 'D9',
  description: `foreign transactions idle with an old snapshot and with ${LOCKED_PERSONS} persons' rows`,
  short: false,
  runDrill: (sharedServers) =>
    runDrill(
      sharedServers,
      {
        name: 'idle-transaction',
        persons: PERSONS_OF_IDLE,
        latencyMs: 60,
        settings: { ...LONG_LEASE, ...PATIENT_CALLS },
      },
      idleDuringRun,
    ),
};

async function idleDuringRun(environment: DrillEnvironment): Promise<FaultReport> {
  const { database, register } = environment;
  const [reader, holder] = [await session(database.url), await session(database.url)];
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM mpi.person_verifications');
    await environment.workers(2);
    const pace = await RunPace.set(register, [100]);
    const runId = await startRun(database);
    await pace.reached();
    await holder.query('BEGIN');
    const { rows } = await holder.query<{ person_id: string }>(
      `SELECT person_id FROM mpi.person_verifications WHERE person_id = ANY ($1::uuid[]) FOR UPDATE`,
      [personsToLock(environment)],
    );
    await pace.end();
    const lockedIds = rows.map(({ person_id }) => person_id);
    const waitedMs = await everybodyElse(environment, lockedIds);
    const meanwhile = await touchedWhileLocked(environment, lockedIds);
    await holder.query('COMMIT');
    await runEnds(database, runId);
    return {
      faults: 2,
      notes: [`everybody else was done ${Math.round(waitedMs / 100) / 10} s after the rows were taken`],
      missed: meanwhile > 0 ? [`${meanwhile} persons were written while another transaction held them`] : [],
    };
  } finally {
    await Promise.all([reader.end(), holder.end()]);
  }
}

async function session(url: string): Promise<Client> {
  const client = new Client({ connectionString: url, application_name: 'foreign' });
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** Persons with a passport of their own: who shares one is rightly kept waiting by its other holders. */
function personsToLock({ people, random }: DrillEnvironment): string[] {
  const plain = people.persons.filter(({ kind }) => kind === 'plain').map(({ id }) => id);
  return Array.from({ length: LOCKED_PERSONS }, () => random.pick(plain));
}

/** Waits until each other person who was accepted has been finished or has failed; gives how long that took. */
async function everybodyElse({ database }: DrillEnvironment, lockedIds: readonly string[]): Promise<number> {
  const sinceMs = performance.now();
  const left = async (): Promise<true | undefined> => {
    const n = await database.number(
      `SELECT count(*) FROM drill.began AS b WHERE subject = 'persons' AND accepted AND NOT person_id = ANY ($1::uuid[])
          AND NOT EXISTS (SELECT FROM mpi.person_verifications AS v WHERE v.person_id = b.person_id
            AND (v.dms_passport_retry_at IS NOT NULL OR v.dms_passport_synced_at > now() - interval '1 day'
                 OR v.dms_passport_verification_status IN ('NOT_VERIFIED', 'VERIFICATION_NOT_NEEDED')))`,
      [lockedIds],
    );
    return n === 0 ? true : undefined;
  };
  await whileProgressing(left, { database, what: 'everybody else to be done' });
  return performance.now() - sinceMs;
}

/** The last event of each locked person must be older than the transaction that locks the row. */
function touchedWhileLocked({ database }: DrillEnvironment, lockedIds: readonly string[]): Promise<number> {
  return database.number(
    `SELECT count(DISTINCT person_id) FROM drill.history, pg_stat_activity AS a
      WHERE a.application_name = 'foreign' AND a.datname = current_database() AND a.state = 'idle in transaction'
        AND a.query LIKE '%FOR UPDATE%' AND person_id = ANY ($1::uuid[]) AND at > a.state_change`,
    [lockedIds],
  );
}
