import { Client } from 'pg';
import type { FaultReport } from './findings';
import { type Drill, play } from './play';
import { runEnds, startRun, whileItGetsOn } from './runs';
import { LONG_LEASE } from './drill-settings';
import type { Scene } from './scene';

const PERSONS = 500;
const HELD = 12;

/**
 * D9: one foreign transaction keeps an old snapshot through the whole run, another one holds rows of persons who are
 * being checked, and both do nothing. Everybody else is checked meanwhile.
 */
export const idleTransaction: Drill = {
  name: 'idle-transaction',
  code: 'D9',
  says: `foreign transactions idle with an old snapshot and with ${HELD} persons' rows`,
  short: false,
  play: (stage) =>
    play(stage, { name: 'idle-transaction', persons: PERSONS, latencyMs: 60, settings: LONG_LEASE }, fault),
};

async function fault(scene: Scene): Promise<FaultReport> {
  const { books, register } = scene;
  const [reader, holder] = [await session(books.url), await session(books.url)];
  try {
    await reader.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
    await reader.query('SELECT count(*) FROM mpi.person_verifications');
    await scene.workers(2);
    const runId = await startRun(books);
    await register.reached(100);
    await holder.query('BEGIN');
    const { rows } = await holder.query<{ person_id: string }>(
      `SELECT person_id FROM mpi.person_verifications WHERE person_id = ANY ($1::uuid[]) FOR UPDATE`,
      [toHold(scene)],
    );
    const heldIds = rows.map(({ person_id }) => person_id);
    const waitedMs = await everybodyElse(scene, heldIds);
    const meanwhile = await touchedWhileHeld(scene, heldIds);
    await holder.query('COMMIT');
    await runEnds(books, runId);
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
function toHold({ people, random }: Scene): string[] {
  const plain = people.persons.filter(({ kind }) => kind === 'plain').map(({ id }) => id);
  return Array.from({ length: HELD }, () => random.pick(plain));
}

/** Waits until each other person who was accepted has been finished or has failed; gives how long that took. */
async function everybodyElse({ books }: Scene, heldIds: readonly string[]): Promise<number> {
  const sinceMs = performance.now();
  const left = async (): Promise<true | undefined> => {
    const n = await books.number(
      `SELECT count(*) FROM drill.began AS b WHERE subject = 'persons' AND accepted AND NOT person_id = ANY ($1::uuid[])
          AND NOT EXISTS (SELECT FROM mpi.person_verifications AS v WHERE v.person_id = b.person_id
            AND (v.dms_passport_retry_at IS NOT NULL OR v.dms_passport_synced_at > now() - interval '1 day'
                 OR v.dms_passport_verification_status IN ('NOT_VERIFIED', 'VERIFICATION_NOT_NEEDED')))`,
      [heldIds],
    );
    return n === 0 ? true : undefined;
  };
  await whileItGetsOn(left, { books, what: 'everybody else to be done' });
  return performance.now() - sinceMs;
}

/** The last thing told of each held person must be older than the transaction that holds him. */
function touchedWhileHeld({ books }: Scene, heldIds: readonly string[]): Promise<number> {
  return books.number(
    `SELECT count(DISTINCT person_id) FROM drill.history, pg_stat_activity AS a
      WHERE a.application_name = 'foreign' AND a.datname = current_database() AND a.state = 'idle in transaction'
        AND a.query LIKE '%FOR UPDATE%' AND person_id = ANY ($1::uuid[]) AND at > a.state_change`,
    [heldIds],
  );
}
