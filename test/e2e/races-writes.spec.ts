import { describe, expect, it } from 'vitest';
import { Metrics } from '../../src/observability';
import { aPerson, auditOf, eventsOf, lockOf, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment } from '../support/test-environment';

const FIRST = '00000000-cccc-4ccc-8ccc-000000000001';
const LAST = 'ffffffff-cccc-4ccc-8ccc-000000000002';

const env = TestEnvironment.forThisFile();

const statusOf = async (person: string): Promise<string> =>
  (await verificationOf(env.sql, person)).dms_passport_verification_status;

/** How often a transaction of the program was run again. */
async function repeats(): Promise<number> {
  const { values } = await env.program.get(Metrics).transactionsRepeated.get();
  return values.reduce((sum, { value }) => sum + value, 0);
}

describe('The write of a group', () => {
  it('that PostgreSQL chose as the victim of a deadlock is done again, and nothing is lost', async () => {
    const persons = await savePersons(env.sql, [
      aPerson().withId(FIRST).withPassport(env.passport()),
      aPerson().withId(LAST).withPassport(env.passport()),
    ]);
    const before = await repeats();
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(2);
    const elsewhere = await env.openSession();
    // It never looks for deadlocks itself: the write of the program does, and is the victim.
    await elsewhere.run(`SET deadlock_timeout = '1min'`);
    await elsewhere.holdPerson(LAST);
    // Waits for the row that the write has locked already, as soon as the write waits: PostgreSQL looks for a deadlock once,
    // a second after that. Returns when PostgreSQL has undone the write.
    const deadlock = elsewhere.run(
      `DO $$ BEGIN
         WHILE NOT EXISTS (SELECT FROM pg_stat_activity WHERE pg_backend_pid() = ANY (pg_blocking_pids(pid))) LOOP
           PERFORM pg_sleep(0.01), pg_stat_clear_snapshot();
         END LOOP;
         PERFORM FROM mpi.person_verifications WHERE person_id = '${FIRST}' FOR UPDATE;
       END $$`,
      'COMMIT',
    );
    env.register.release();
    await deadlock;
    const run = await env.ended(runId);
    expect(await repeats()).toBeGreaterThan(before);
    expect(run.counts).toEqual({ batches: 1, taken: 2, verified: 2 });
    for (const person of persons) {
      expect(await auditOf(env.sql, person)).toHaveLength(1);
      expect(await eventsOf(env.sql, person)).toHaveLength(2);
    }
  });

  it('that one row spoils is divided until that row is alone: the others are written, its person waits', async () => {
    const builders = Array.from({ length: 9 }, () => aPerson().withPassport(env.passport()));
    const persons = await savePersons(env.sql, builders);
    const [poisoned, ...others] = persons;
    await env.sql.run(`
      ALTER TABLE mpi.person_verifications ADD CONSTRAINT poisoned
        CHECK (person_id <> '${poisoned}' OR dms_passport_verification_status <> 'VERIFIED')`);
    try {
      env.register.hold();
      const runId = await env.startRun();
      await env.register.waitForRequests(persons.length);
      env.register.release();
      const run = await env.ended(runId);
      expect(run.counts).toEqual({
        batches: 1,
        taken: persons.length,
        verified: others.length,
        'technical_errors.not_processed': 1,
      });
      for (const person of others) expect(await statusOf(person)).toBe('VERIFIED');
      const row = await verificationOf(env.sql, poisoned ?? '');
      expect(row.dms_passport_verification_status).toBe('VERIFICATION_NEEDED');
      expect(row.dms_passport_retry_at).not.toBeNull();
      expect(await lockOf(env.sql, poisoned ?? '', 'dms_passport')).toMatchObject({
        claim_id: null,
        attempts: 1,
        last_error_kind: 'not_processed',
      });
    } finally {
      await env.sql.run('ALTER TABLE mpi.person_verifications DROP CONSTRAINT poisoned');
    }
  });

  it('that finds a row held for long waits and tries again: no answer is lost', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1);
    const holder = await env.openSession();
    await holder.holdPerson(person);
    env.register.release();
    await holder.isWaitedFor(env.sql);
    await holder.run(`UPDATE mpi.person_verifications SET updated_at = now()`, 'COMMIT');
    const run = await env.ended(runId);
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
    expect(env.register.requestCount).toBe(1);
  });

  it('undoes everything with one of its parts: no answer without its event, audit row and count', async () => {
    const person = await aPerson().withPassport(env.passport('FOUND')).save(env.sql);
    // The last statement of the write fails.
    await env.sql.run(`
      ALTER TABLE mpi.job_run_counts ADD CONSTRAINT poisoned CHECK (counter <> 'refuted')`);
    try {
      const run = await env.run();
      expect(run.counts).toEqual({ batches: 1, taken: 1, 'technical_errors.not_processed': 1 });
      expect(await statusOf(person)).toBe('VERIFICATION_NEEDED');
      expect([await eventsOf(env.sql, person), await auditOf(env.sql, person)]).toEqual([[], []]);
      expect(await env.sql.query({ text: 'SELECT FROM mimir.dms_passport_data' })).toHaveLength(0);
    } finally {
      await env.sql.run('ALTER TABLE mpi.job_run_counts DROP CONSTRAINT poisoned');
    }
  });
});
