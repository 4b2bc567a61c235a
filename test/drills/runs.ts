import { setTimeout as pause } from 'node:timers/promises';
import { waitUntil } from '../support/wait-until';
import { type DrillDatabase, ofEverybody } from './database';
import type { People } from './population';

export const JOB = 'dms-passport-persons';

const PARTIES_JOB = 'dms-passport-parties';

/** A run may take as long as it gets on; when nothing at all has happened for so long, it hangs. */
const STALLED_AFTER_MS = 60_000;

const LOOK_EVERY_MS = 50;

/** A person who failed is tried again in each following run; more than this and something never ends. */
const FOLLOWING_RUNS = 12;

/** Who waits for a retry, with each document number. */
const WAITS = ofEverybody(
  ({ verifications, documents, id }) => `
  SELECT dms_passport_retry_at AS retry_at,
         ARRAY (SELECT number FROM ${documents} AS d WHERE d.${id} = v.${id}) AS numbers
    FROM ${verifications} AS v WHERE dms_passport_retry_at IS NOT NULL`,
);

/** Starts a run as the scheduler does: one row, which workers find by their poll. */
export async function startRun(database: DrillDatabase, job = JOB): Promise<string> {
  const [row] = await database.write<{ id: string }>(
    `INSERT INTO mpi.job_runs (job, tick, started_at, started_by, status)
     VALUES ($1, clock_timestamp(), now(), '00000000-0000-4000-8000-000000000001', 'RUNNING') RETURNING id`,
    [job],
  );
  if (row === undefined) throw new Error('The run was not written.');
  return row.id;
}

/** Waits until the program reports the end of the run. */
export async function runEnds(database: DrillDatabase, runId: string): Promise<void> {
  const statusOf = async (): Promise<string | undefined> => {
    const [run] = await database.look<{ status: string }>(`SELECT status FROM mpi.job_runs WHERE id = $1`, [
      runId,
    ]);
    return run?.status === 'RUNNING' ? undefined : (run?.status ?? 'gone');
  };
  const status = await whileProgressing(statusOf, { database, what: 'the end of a run' });
  if (status !== 'FINISHED') throw new Error(`A run ended as ${status}.`);
}

/** Whether the program has reported the end of one of the runs. */
export async function isOver(database: DrillDatabase, runIds: readonly string[]): Promise<boolean> {
  const sql = `SELECT count(*) FROM mpi.job_runs WHERE id = ANY ($1::uuid[]) AND status <> 'RUNNING'`;
  return (await database.number(sql, [runIds])) > 0;
}

/** Waits for a state as long as anything happens to persons; a slow machine gets on slowly. */
export async function whileProgressing<T>(
  look: () => Promise<T | undefined>,
  { database, what }: { readonly database: DrillDatabase; readonly what: string },
): Promise<T> {
  let [seen, sinceMs] = [await progress(database), performance.now()];
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    const now = await progress(database);
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
    if (performance.now() - sinceMs > STALLED_AFTER_MS)
      throw new Error(`Waited in vain for ${what}: nothing happened for ${STALLED_AFTER_MS} ms.`);
    await pause(LOOK_EVERY_MS);
  }
}

/** Starts a run of each job of the drill, that of persons first; gives their ids. */
export async function startRuns(database: DrillDatabase, { partiesToo }: People): Promise<string[]> {
  const jobs = partiesToo ? [JOB, PARTIES_JOB] : [JOB];
  return Promise.all(jobs.map((job) => startRun(database, job)));
}

/** Waits for the end of each of them. */
export async function runsEnd(database: DrillDatabase, runIds: readonly string[]): Promise<void> {
  await Promise.all(runIds.map((runId) => runEnds(database, runId)));
}

/** Starts further runs until nobody is left whom the register could still answer about. */
export async function runUntilNothingWaits(database: DrillDatabase, people: People): Promise<void> {
  const hopeless = [...people.truths.hopeless.keys()];
  for (let run = 0; run < FOLLOWING_RUNS; run += 1) {
    if ((await waiting(database, hopeless)) === 0) return;
    await waitUntil(
      async () =>
        (await database.number(`SELECT count(*) FROM (${WAITS}) AS w WHERE retry_at > now()`)) === 0,
      { what: 'the end of the waits for a retry' },
    );
    await runsEnd(database, await startRuns(database, people));
  }
}

/** Those of them whose passport the register knows about. */
function waiting(database: DrillDatabase, hopeless: readonly string[]): Promise<number> {
  return database.number(`SELECT count(*) FROM (${WAITS}) AS w WHERE NOT numbers && $1::varchar[]`, [
    hopeless,
  ]);
}

/** How many persons were finished so far, by answer or decision. */
export function finishedPersons(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT count(*) FROM drill.history WHERE what = 'finished'`);
}

/** Waits until more persons are finished; gives how long that took, by the database's clock. */
export async function nextFinishedAfter(database: DrillDatabase, atMs: number): Promise<number> {
  return waitUntil(
    async () => {
      const [row] = await database.look<{ ms: number | null }>(
        `SELECT extract(epoch FROM min(at))::float8 * 1000 AS ms FROM drill.history
          WHERE what = 'finished' AND at > $1::timestamptz`,
        [new Date(atMs).toISOString()],
      );
      const finishedAtMs = row?.ms ?? undefined;
      return finishedAtMs && Math.max(1, Math.round(finishedAtMs - atMs));
    },
    { what: 'the next finished person', timeoutMs: 120_000, everyMs: LOOK_EVERY_MS },
  );
}

/** A number that grows whenever anything is done about anybody. */
function progress(database: DrillDatabase): Promise<number> {
  return database.number(`SELECT coalesce(max(seq), 0) FROM drill.history`);
}

/** Persons under claims of a worker, as a statement. Its name is one of ours. */
export const claimedBy = (worker: string): string => `
  SELECT held.person_id, held.claim_id FROM mpi.verification_locks AS held
    JOIN drill.history AS taken ON taken.claim_id = held.claim_id AND taken.person_id = held.person_id
     AND taken.what = 'claimed' AND taken.worker = '${worker}'`;
