import { beforeAll, describe, expect, it } from 'vitest';
import { WORKER_ID } from '../../src/config/settings.module';
import { type HelpEnd, type Job, JobRunRepository, JobTimetable } from '../../src/jobs';
import { JobScheduler } from '../../src/jobs/job.scheduler';
import { RunParticipant } from '../../src/jobs/run-participant.service';
import { aPerson, savePersons, verificationOf } from '../support/builders';
import { TestEnvironment, JOB } from '../support/test-environment';
import type { Program } from '../support/program';
import { waitUntil } from '../support/wait-until';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';

// Every day at three in the morning by Kyiv's clock; the beat is given by hand.
const env = TestEnvironment.forThisFile({ DMS_PERSON_SYNCHRONIZATION_SCHEDULE: '0 3 * * *' });
let second: Program;

beforeAll(async () => {
  second = await env.startProgram();
  await env.shareRegister();
});

const beat = (program: Program = env.program): Promise<void> => program.get(JobScheduler).startDueRuns();

/** Makes the schedule one that has been known for so many days; a beat of the program's own may have noted it. */
async function knownFor(days: number): Promise<void> {
  const text = `
    INSERT INTO mpi.job_schedules AS s (job, first_seen_at) VALUES ($1, now() - $2 * interval '1 day')
    ON CONFLICT (job) DO UPDATE SET first_seen_at = excluded.first_seen_at`;
  await env.sql.query({ text }, [JOB, days]);
}

interface RunRow extends Record<string, unknown> {
  readonly id: string;
  readonly status: string;
  readonly tick: Date | null;
  readonly worker: string | null;
}

const runs = (): Promise<RunRow[]> =>
  env.sql.query<RunRow>({ text: 'SELECT id, status, tick, worker FROM mpi.job_runs ORDER BY started_at' });

const verifiedPersons = () =>
  env.sql.query({
    text: `SELECT FROM mpi.person_verifications WHERE dms_passport_verification_status = 'VERIFIED'`,
  });

const start = (worker: string) =>
  env.program.get(JobRunRepository).start(JOB, SYSTEM_USER_ID, { worker, leaseSeconds: 60 });

describe('A tick of the schedule', () => {
  it('starts a run, which checks all due persons', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    await knownFor(1.5);
    await beat();
    const [run] = await runs();
    const ended = await env.ended(run?.id ?? '');
    expect(ended).toMatchObject({ status: 'FINISHED', counts: { verified: 1 } });
    expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe('VERIFIED');
  });

  it('that was missed is caught up, and of many only the latest', async () => {
    await knownFor(9);
    await beat();
    await beat();
    const all = await runs();
    expect(all).toHaveLength(1);
    const [{ latest } = { latest: null }] = await env.sql.query<{ latest: Date }>({
      text: `
        SELECT CASE WHEN at > now() THEN at - interval '1 day' ELSE at END AS latest
          FROM (SELECT (date_trunc('day', now() AT TIME ZONE 'Europe/Kyiv') + interval '3 hours')
                         AT TIME ZONE 'Europe/Kyiv' AS at) AS today`,
    });
    expect(all[0]?.tick).toEqual(latest);
  });

  it('of a schedule nobody has seen before is not caught up: the next one is the first', async () => {
    await beat();
    expect(await runs()).toEqual([]);
  });

  it('that two instances fire at the same moment is one run', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    await knownFor(1.5);
    await Promise.all([beat(), beat(second), beat(), beat(second)]);
    const all = await runs();
    expect(all).toHaveLength(1);
    const run = await env.ended(all[0]?.id ?? '');
    expect(run.counts).toEqual({ batches: 1, taken: 1, verified: 1 });
  });

  it('that arrives during a run is recorded as SKIPPED, and the run continues', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1);
    await knownFor(1.5);
    await beat();
    await beat(second);
    expect((await runs()).map(({ status }) => status).sort()).toEqual(['RUNNING', 'SKIPPED']);
    env.register.release();
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED' });
    await beat();
    expect(await runs()).toHaveLength(2);
  });
});

describe('When a job last finished', () => {
  it('is reported alike by the program that ended the run and by the other', async () => {
    const { id } = await env.run();
    const text = `SELECT extract(epoch FROM finished_at)::float8 AS at FROM mpi.job_runs WHERE id = $1`;
    const [run] = await env.sql.query<{ at: number }>({ text }, [id]);
    const line = `job_last_finished_timestamp_seconds{job_name="${JOB}"} ${run?.at}`;
    for (const program of [env.program, second]) {
      expect((await (await program.internal('/metrics')).text()).split('\n')).toContain(line);
    }
  });
});

describe('A second start by hand', () => {
  it('is refused while the holder of the running one is alive, and names that run', async () => {
    const first = await start('one');
    expect(first.kind).toBe('started');
    expect(await start('two')).toEqual({ kind: 'already_running', runId: first.runId });
  });

  it('takes the same run over once the lease of its holder has passed', async () => {
    const first = await start('one');
    await env.sql.run(`UPDATE mpi.job_runs SET lease_until = now() - interval '1 second'`);
    expect(await start('two')).toEqual({ kind: 'taken_over', runId: first.runId });
    expect(await runs()).toMatchObject([{ status: 'RUNNING', worker: 'two' }]);
  });

  it('at the very same moment as another starts one run: the other call returns its id', async () => {
    const started = await Promise.all(['one', 'two', 'three'].map(start));
    expect(started.map(({ kind }) => kind).sort()).toEqual(['already_running', 'already_running', 'started']);
    expect(new Set(started.map(({ runId }) => runId)).size).toBe(1);
  });
});

describe('A run whose holder died', () => {
  it('is taken over by the next worker: same id, and its counts go on', async () => {
    const persons = [aPerson().withPassport(env.passport()), aPerson().withPassport(env.passport())];
    await savePersons(env.sql, persons);
    const [run] = await env.sql.query<{ id: string }>(
      {
        text: `
          INSERT INTO mpi.job_runs (job, started_at, started_by, status, worker, lease_until)
          VALUES ($1, now(), $2, 'RUNNING', 'gone', now() - interval '1 second') RETURNING id`,
      },
      [JOB, SYSTEM_USER_ID],
    );
    const runId = run?.id ?? '';
    await env.sql.query(
      {
        text: `
          INSERT INTO mpi.job_run_counts (run_id, worker, counter, n)
          VALUES ($1, 'gone', 'taken', 5), ($1, 'gone', 'verified', 5)`,
      },
      [runId],
    );
    await env.notify();
    expect(await env.ended(runId)).toMatchObject({
      id: runId,
      status: 'FINISHED',
      counts: { taken: 7, verified: 7, batches: 1 },
    });
  });

  it('is helped by everybody and ended by nobody while the holder seems alive', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const { runId } = await start('busy elsewhere');
    await env.notify();
    await waitUntil(
      async () => (await verificationOf(env.sql, person)).dms_passport_verification_status === 'VERIFIED',
      { what: 'the person to be checked' },
    );
    await waitUntil(async () => (await env.pendingWakeUps()) === 0, {
      what: 'the helper to have done its part',
    });
    expect(await runs()).toMatchObject([{ status: 'RUNNING', worker: 'busy elsewhere' }]);
    await env.sql.run(`UPDATE mpi.job_runs SET lease_until = now() - interval '1 second'`);
    await env.notify();
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED', counts: { taken: 1, verified: 1 } });
  });

  it('does not end while somebody is due whom another worker gave back; a run that nobody answered does', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    const runId = await env.startRunSilently();
    const isUnfinished = (end: HelpEnd): Promise<boolean> =>
      env.check.unfinished(env.transactions, runId, end);
    expect(await isUnfinished('nothing_due')).toBe(true);
    expect(await isUnfinished('unreachable')).toBe(false);
    await env.notify();
    await env.ended(runId);
    expect(await isUnfinished('nothing_due')).toBe(false);
  });

  it('does not end while any claim of it is unfinished', async () => {
    const claim = '33333333-3333-4333-8333-333333333333';
    const runId = await env.startRunSilently();
    await env.sql.query(
      {
        text: `
          INSERT INTO mpi.verification_claims (id, run_id, stream, worker, taken_at, lease_until)
          VALUES ($1, $2, 'dms_passport', 'still there', now(), now() + interval '1 hour')`,
      },
      [claim, runId],
    );
    await env.notify();
    const holder = await waitUntil(async () => (await runs())[0]?.worker, { what: 'the run to be held' });
    const workers = [env.program, second].map((program) => program.get<string>(WORKER_ID));
    expect(workers).toContain(holder);
    await env.sql.query(
      {
        text: 'DELETE FROM mpi.verification_claims WHERE id = $1 AND EXISTS (SELECT FROM mpi.job_runs WHERE id = $2 AND status = $3)',
      },
      [claim, runId, 'RUNNING'],
    );
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED' });
    expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
  });
});

describe('A pause', () => {
  const pause = () => env.program.get(JobTimetable).pause(JOB, SYSTEM_USER_ID, 'a look at the register');
  const resume = () => second.get(JobTimetable).resume(JOB, SYSTEM_USER_ID);
  const taken = async (): Promise<number> => {
    const text = `SELECT coalesce(sum(n), 0)::int AS n FROM mpi.job_run_counts WHERE counter = 'taken'`;
    return (await env.sql.query<{ n: number }>({ text }))[0]?.n ?? 0;
  };
  const isIdle = () =>
    waitUntil(
      async () => {
        const claims = await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' });
        return (
          claims.length === 0 && (await runs())[0]?.worker === null && (await env.pendingWakeUps()) === 0
        );
      },
      { what: 'the workers to have left the run' },
    );

  it('lets every process finish what it has claimed and claim nothing more; resumed, the same run goes on', async () => {
    const persons = Array.from({ length: 200 }, () => aPerson().withPassport(env.passport()));
    await savePersons(env.sql, persons);
    env.register.hold();
    const runId = await env.startRun();
    await env.notify();
    await env.register.waitForRequests(2);
    await pause();
    const before = await taken();
    expect(before).toBeLessThan(persons.length);
    env.register.release();
    await isIdle();
    // A wake-up and the reclaiming of expired claims change nothing.
    await env.notify();
    await env.check.reclaim();
    await isIdle();
    expect(await taken()).toBe(before);
    expect(await runs()).toMatchObject([{ id: runId, status: 'RUNNING' }]);
    const inReview = `SELECT FROM mpi.person_verifications WHERE dms_passport_verification_status = 'IN_REVIEW'`;
    expect(await env.sql.query({ text: inReview })).toEqual([]);
    expect((await verifiedPersons()).length).toBe(before);
    await resume();
    expect(await env.ended(runId)).toMatchObject({
      status: 'FINISHED',
      counts: { taken: 200, verified: 200 },
    });
  });

  it('that is not committed yet keeps a claim waiting, which then takes nobody', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    await knownFor(1);
    const operator = await env.openSession();
    await operator.run(
      'BEGIN',
      `UPDATE mpi.job_schedules SET paused_at = now(), paused_by = gen_random_uuid(), pause_reason = 'a look'`,
    );
    const runId = await env.startRun();
    const waiting = `
      SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%WITH run AS MATERIALIZED%'`;
    await waitUntil(async () => (await env.sql.query({ text: waiting })).length > 0, {
      what: 'a claim that waits for the row of the schedule',
    });
    await operator.run('COMMIT');
    await isIdle();
    expect(await taken()).toBe(0);
    expect(await runs()).toMatchObject([{ id: runId, status: 'RUNNING' }]);
    await resume();
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED', counts: { taken: 1 } });
  });

  it('does not end a run although nobody is left, nor fail it although the register is away', async () => {
    const runId = await env.startRunSilently();
    await pause();
    const run = await env.program.get(JobRunRepository).running(JOB);
    if (run === undefined) throw new Error('The run is not going on.');
    expect(run.isPaused).toBe(true);
    const never = new AbortController().signal;
    const signals = { stop: never, abort: never };
    const participant = env.program.get(RunParticipant);
    expect(await participant.takePart(env.check, run, signals)).toBe('paused');
    const away = Object.create(env.check, {
      help: { value: () => Promise.resolve<HelpEnd>('unreachable') },
    }) as Job;
    expect(await participant.takePart(away, run, signals)).toBe('paused');
    await participant.leave(run);
    expect(await runs()).toMatchObject([{ id: runId, status: 'RUNNING', worker: null }]);
    await resume();
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED' });
  });

  it('starts no tick; the latest one is caught up when it ends', async () => {
    // In this order: a beat of the program's own in between must not find a tick to start.
    await pause();
    await knownFor(9);
    await beat();
    await beat(second);
    expect(await runs()).toEqual([]);
    await resume();
    await beat();
    await beat(second);
    const [run, ...others] = await runs();
    expect(others).toEqual([]);
    expect(await env.ended(run?.id ?? '')).toMatchObject({ status: 'FINISHED' });
  });

  it('counts as no time in which the register was silent', async () => {
    // The run does not end before it is looked at.
    await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const runId = await env.startRunSilently();
    await env.sql.run(`UPDATE mpi.job_runs SET started_at = now() - interval '1 day'`);
    await pause();
    await resume();
    const run = await env.program.get(JobRunRepository).running(JOB);
    const [{ resumed } = { resumed: null }] = await env.sql.query<{ resumed: Date }>({
      text: `SELECT resumed_at AS resumed FROM mpi.job_schedules WHERE job = '${JOB}'`,
    });
    expect([run?.activeSince, run?.isPaused]).toEqual([resumed, false]);
    env.register.release();
    await env.ended(runId);
  });
});
