import { beforeEach, describe, expect, it, vi } from 'vitest';
import { VERSION } from '../../src/config/own-settings';
import { Heartbeat, JOB_NAMES, JobRegistry, PURGE_JOB, RunProgressRepository } from '../../src/jobs';
import { Metrics } from '../../src/observability';
import { OverviewService } from '../../src/verifications/overview/overview.service';
import { aCaller, aPerson } from '../support/builders';
import { ChildProgram, type Program } from '../support/program';
import { JOB, TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

/** People who look at the overview. */
const VIEWERS = 10;

const env = TestEnvironment.forThisFile();
let token: string;

beforeEach(async () => {
  token = await aCaller().withScope('job:read').save(env.sql);
  await env.sql.run('UPDATE mimir.register_places SET worker = NULL, lease_until = NULL');
});

const answerTo = async (path: string) =>
  JSON.parse(await (await env.program.withToken(token, `/api/admin/${path}`)).text());
const read = async (path: string) => (await answerTo(path)).data;

type Row = Record<string, unknown>;

const sweepsOf = async (): Promise<readonly Row[]> => (await read('sweeps')).sweeps;

/** The row of the persons of the stream dms_passport. */
async function sweep(): Promise<Row> {
  const row = (await sweepsOf()).find(({ job }) => job === JOB);
  if (row === undefined) throw new Error('The job has no row.');
  return row;
}

const conditionNames = async (): Promise<string[]> =>
  (await read('sweeps')).conditions.map(({ name }: { name: string }) => name);

/** The row once so many are due: a count that takes long is not waited for. */
const whenDue = (due: number): Promise<Row> =>
  waitUntil(async () => [await sweep()].find((row) => row['due'] === due), { what: `${due} who are due` });

/** A run that began so many minutes ago and has done so much. */
async function aRun({ minutes, done }: { minutes: number; done: number }): Promise<string> {
  const [run] = await env.sql.query<{ id: string }>(
    {
      text: `INSERT INTO mpi.job_runs (job, status, started_at, lease_until)
             VALUES ($1, 'RUNNING', now() - make_interval(mins => $2), now() + interval '1 minute') RETURNING id`,
    },
    [JOB, minutes],
  );
  const runId = run?.id ?? '';
  await count(runId, 'verified', done);
  return runId;
}

async function count(runId: string, counter: string, n: number): Promise<void> {
  const text = `INSERT INTO mpi.job_run_counts (run_id, worker, counter, n) VALUES ($1, 'w', $2, $3)`;
  await env.sql.query({ text }, [runId, counter, n]);
}

async function sampled(runId: string, secondsAgo: number, done: number): Promise<void> {
  const text = `INSERT INTO mpi.job_run_samples (run_id, sampled_at, done)
                VALUES ($1, now() - make_interval(secs => $2), $3)`;
  await env.sql.query({ text }, [runId, secondsAgo, done]);
}

/** As if the last counts had been made and started so long ago. */
const ageCounts = (interval: string): Promise<void> =>
  env.sql.run(
    `UPDATE mpi.due_counts SET started_at = now() - interval '${interval}', counted_at = now() - interval '${interval}'
      WHERE due IS NOT NULL`,
  );

/** Jobs that check people. */
const JOBS = JOB_NAMES.filter((job) => job !== PURGE_JOB);

/** Waits for a count of each of them. */
const allCounted = (): Promise<boolean> =>
  waitUntil(async () => (await sweepsOf()).every((row) => row['due'] !== null), {
    what: 'a count of each job',
  });

const expectStatus = async (status: number, of: string): Promise<void> => {
  expect((await env.program.withToken(of, '/api/admin/sweeps')).status).toBe(status);
};

/** Statements that the program sends meanwhile: the least of three, for it may do something by itself. */
async function statementsOf(work: () => Promise<void>): Promise<number> {
  const sent = async () => (await env.program.get(Metrics).sqlStatements.get()).values[0]?.value ?? 0;
  const counts: number[] = [];
  for (let n = 0; n < 3; n += 1) {
    const before = await sent();
    await work();
    counts.push((await sent()) - before);
  }
  return Math.min(...counts);
}

const duePerson = (): Promise<string> =>
  aPerson()
    .withPassport(env.passport())
    .stream('dms_passport', 'VERIFICATION_NEEDED', 'INITIAL')
    .save(env.sql);

describe('GET /api/admin/sweeps', () => {
  it('has a row for each stream of persons and of parties, with nothing to do in an empty installation', async () => {
    await whenDue(0);
    const { sweeps, conditions } = await read('sweeps');
    expect(sweeps.map(({ job, stream, subject }: Record<string, string>) => [job, stream, subject])).toEqual([
      ['dms-passport-persons', 'dms_passport', 'persons'],
      ['mvs-passport-persons', 'mvs_passport', 'persons'],
      ['unzr-persons', 'unzr', 'persons'],
      ['dms-passport-parties', 'dms_passport', 'parties'],
    ]);
    expect(sweeps[0]).toMatchObject({ due: 0, claimed: 0, waiting_for_retry: 0, cannot_be_checked: 0 });
    expect(sweeps[0]).toMatchObject({
      run_id: null,
      done: null,
      per_second_1m: null,
      done_at: null,
      limited_by: null,
    });
    expect(conditions).toEqual([]);
  });

  it('counts who is due once a minute for all viewers and processes', async () => {
    const second = await env.startProgram();
    await duePerson();
    const first = await whenDue(1);
    await duePerson();
    await second.internal('/metrics');
    expect(await sweep()).toMatchObject({ due: 1, due_counted_at: first['due_counted_at'] });
    await env.stopProgram(second);
  });

  it.each(['61 seconds', '3 minutes'])('counts again %s later', async (later) => {
    await duePerson();
    await whenDue(1);
    await duePerson();
    expect(await sweep()).toMatchObject({ due: 1 });
    await ageCounts(later);
    await whenDue(2);
  });

  it('shows the same numbers in the metrics, where a state of the backlog is `due`', async () => {
    await duePerson();
    await whenDue(1);
    const metrics = async (): Promise<string> => (await env.program.internal('/metrics')).text();
    await waitUntil(
      async () =>
        (await metrics()).includes('verification_backlog_parties{stream="dms_passport",state="due"} 0'),
      { what: 'the count of parties' },
    );
    expect(await metrics()).toContain('verification_backlog_persons{stream="dms_passport",state="due"} 1');
  });

  it('tells claimed persons from those who wait for a retry and those who cannot be checked', async () => {
    await aPerson().locked('dms_passport', { attempts: 3 }).save(env.sql);
    await aPerson().locked('dms_passport', { attempts: 10 }).save(env.sql);
    await aPerson().locked('dms_passport', { attempts: 11 }).save(env.sql);
    await env.sql.run(`UPDATE mpi.verification_locks SET claim_id = gen_random_uuid() WHERE attempts = 11`);
    expect(await sweep()).toMatchObject({ claimed: 1, waiting_for_retry: 1, cannot_be_checked: 1 });
  });

  it('shows the speed of a run over one minute and ten, and when it will have checked everybody', async () => {
    for (let person = 0; person < 4; person += 1) await duePerson();
    const runId = await aRun({ minutes: 60, done: 1_000 });
    await sampled(runId, 700, 160);
    await sampled(runId, 600, 400);
    await sampled(runId, 100, 800);
    await sampled(runId, 30, 990);
    await whenDue(4);
    const { at, sweeps } = await read('sweeps');
    const row = sweeps.find(({ job }: Row) => job === JOB);
    expect(row).toMatchObject({ run_id: runId, done: 1_000 });
    expect(row['per_second_1m']).toBeCloseTo(2, 0);
    expect(row['per_second_10m']).toBeCloseTo(1, 0);
    const secondsLeft = (Date.parse(String(row['done_at'])) - Date.parse(at)) / 1000;
    expect(secondsLeft).toBeGreaterThan(1);
    expect(secondsLeft).toBeLessThan(10);
  });

  it('takes the whole time of a run that is younger than the minute', async () => {
    await aRun({ minutes: 0, done: 50 });
    await env.sql.run(`UPDATE mpi.job_runs SET started_at = now() - interval '25 seconds'`);
    const { per_second_1m: minute, per_second_10m: ten } = await sweep();
    expect(minute).toBeCloseTo(2, 0);
    expect(ten).toBeCloseTo(2, 0);
  });

  it('counts neither technical errors nor persons reached through others as done', async () => {
    const runId = await aRun({ minutes: 1, done: 5 });
    await count(runId, 'taken', 100);
    await count(runId, 'propagated_persons', 7);
    await count(runId, 'technical_errors.timeout', 3);
    await count(runId, 'incorrect', 2);
    expect(await sweep()).toMatchObject({ done: 7 });
  });

  it('is sampled by one process at a time, and keeps samples of the last minutes only', async () => {
    const runId = await aRun({ minutes: 30, done: 5 });
    await sampled(runId, 3_000, 1);
    const progress = env.program.get(RunProgressRepository);
    await progress.sample();
    await progress.sample();
    const samples = await env.sql.query({ text: 'SELECT run_id, done::int FROM mpi.job_run_samples' });
    expect(samples).toEqual([{ run_id: runId, done: 5 }]);
  });

  it('is read once for all who ask at the same moment, and only what each request needs is read for each', async () => {
    await allCounted();
    const refused = await aCaller().withScope('person:read').save(env.sql);
    const one = await statementsOf(() => expectStatus(200, token));
    // Who the caller is; nothing is read for somebody who may not ask.
    const ofRequest = await statementsOf(() => expectStatus(403, refused));
    const overview = env.program.get(OverviewService);
    const together = await statementsOf(async () => {
      // The list of processes is locked until everybody has asked.
      const lock = await env.openSession();
      await lock.run('BEGIN', 'LOCK TABLE mpi.processes IN ACCESS EXCLUSIVE MODE');
      const read = vi.spyOn(overview, 'read');
      const answers = Array.from({ length: VIEWERS }, () => expectStatus(200, token));
      await waitUntil(() => read.mock.calls.length === VIEWERS, { what: 'all viewers to ask' });
      read.mockRestore();
      await lock.run('COMMIT');
      await Promise.all(answers);
    });
    expect(one).toBeGreaterThan(ofRequest);
    expect(together).toBe(VIEWERS * ofRequest + (one - ofRequest));
  });

  it('makes one count of a job when two programs are asked at once', async () => {
    // No count of an earlier test is under way.
    await allCounted();
    const second = await env.startProgram();
    const programs = [env.program, second];
    const counts = JOBS.map((job) =>
      programs.map((program) => vi.spyOn(program.get(JobRegistry).get(job), 'due')),
    );
    await env.sql.run('TRUNCATE mpi.due_counts');
    const answers = await Promise.all(
      programs.flatMap((program) =>
        Array.from({ length: VIEWERS }, () => program.withToken(token, '/api/admin/sweeps')),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    await allCounted();
    // The end of a program waits for the counts that it makes.
    await env.stopProgram(second);
    const made = counts.map((ofJob) => ofJob.reduce((sum, { mock }) => sum + mock.calls.length, 0));
    vi.restoreAllMocks();
    expect(made).toEqual(JOBS.map(() => 1));
  });

  it('names what a run is limited by: no worker, the register with all permits, an open circuit, or a pause', async () => {
    await aRun({ minutes: 1, done: 5 });
    expect(await sweep()).toMatchObject({ limited_by: 'workers' });
    await env.sql.run(
      `INSERT INTO mpi.processes (role, host, version, started_at) VALUES ('worker', 'h', '1', now())`,
      `INSERT INTO mimir.register_places (place, worker, lease_until)
       SELECT place, gen_random_uuid(), now() + interval '1 minute' FROM generate_series(1, 20) AS place
       ON CONFLICT (place) DO UPDATE SET worker = excluded.worker, lease_until = excluded.lease_until`,
    );
    expect(await sweep()).toMatchObject({ limited_by: 'register' });
    await openCircuit();
    expect(await sweep()).toMatchObject({ limited_by: 'circuit_breaker' });
    // The count that began with the first look must not end after it was made old.
    await whenDue(0);
    await duePerson();
    await ageCounts('3 minutes');
    expect(await whenDue(1)).toMatchObject({ done_at: expect.any(String) });
    await env.sql.run(
      `INSERT INTO mpi.job_schedules (job, paused_at, paused_by, pause_reason)
       VALUES ('${JOB}', now(), gen_random_uuid(), 'maintenance')
       ON CONFLICT (job) DO UPDATE
          SET paused_at = excluded.paused_at, paused_by = excluded.paused_by, pause_reason = excluded.pause_reason`,
    );
    expect(await sweep()).toMatchObject({ limited_by: 'pause', done_at: null });
  });

  it('names conditions as the alerts, each with its paragraph', async () => {
    await openCircuit();
    await env.sql.run(
      `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ('${JOB}', 'FAILED', now(), now())`,
    );
    const { conditions } = await read('sweeps');
    expect(conditions).toEqual([
      {
        name: 'RegisterCircuitOpen',
        severity: 'warning',
        about: 'CheckPassportDMSStatus',
        documentation: 'docs/operating.md#registercircuitopen',
      },
      { name: 'RunFailed', severity: 'warning', about: JOB, documentation: 'docs/operating.md#runfailed' },
    ]);
  });

  it('names the failure of a run that another program started without saying when', async () => {
    await env.sql.run(
      `INSERT INTO mpi.job_runs (job, status, started_at, finished_at) VALUES ('${JOB}', 'FAILED', NULL, now())`,
    );
    expect(await conditionNames()).toEqual(['RunFailed']);
  });

  it('says that a run is stuck when it has claimed people and finished nobody for an hour', async () => {
    const runId = await aRun({ minutes: 90, done: 5 });
    await aPerson().locked('dms_passport', { attempts: 0 }).save(env.sql);
    await env.sql.run(`UPDATE mpi.verification_locks SET claim_id = gen_random_uuid()`);
    expect(await conditionNames()).toEqual([]);
    await env.sql.run(`UPDATE mpi.job_run_counts SET updated_at = now() - interval '61 minutes'`);
    await count(runId, 'technical_errors.fault_configuration', 1);
    expect(await conditionNames()).toEqual(['RegisterRefusesUs', 'NothingFinished']);
  });
});

/** Opens the circuit of the DMS method for a minute, as a worker does. */
async function openCircuit(): Promise<void> {
  await env.sql.run(
    `INSERT INTO mimir.register_breakers (method, open_until, open_ms)
     VALUES ('CheckPassportDMSStatus', now() + interval '1 minute', 60000)
     ON CONFLICT (method) DO UPDATE SET open_until = excluded.open_until, open_ms = excluded.open_ms`,
  );
}

describe('GET /api/admin/register', () => {
  const method = async (): Promise<Record<string, unknown>> => (await read('register')).methods[0];

  it('has a row for each method, closed and without calls before the first worker', async () => {
    const { methods, ...shared } = await read('register');
    expect(methods.map((row: Record<string, unknown>) => [row['method'], row['circuit_breaker']])).toEqual([
      ['CheckPassportDMSStatus', 'closed'],
      ['CheckPassportStatus', 'closed'],
      ['checkunzr', 'closed'],
      ['unzr', 'closed'],
    ]);
    expect(shared).toEqual({
      permits_held: 0,
      permits_limit: 20,
      calls_per_second: 0,
      calls_per_second_limit: null,
    });
  });

  it('shows until when the circuit is open, and who has the probe', async () => {
    await openCircuit();
    expect(await method()).toMatchObject({
      circuit_breaker: 'open',
      open_until: expect.stringMatching(/Z$/),
      probe_by: null,
    });
    const probe = '11111111-1111-4111-8111-111111111111';
    await env.sql.run(
      `UPDATE mimir.register_breakers
          SET open_until = now() - interval '1 second', probe_by = '${probe}', probe_until = now() + interval '1 minute'`,
    );
    expect(await method()).toMatchObject({ circuit_breaker: 'half_open', probe_by: probe });
  });

  it('counts the calls of the last half minute, in whatever period of the circuit they were', async () => {
    await env.sql.run(
      `INSERT INTO mimir.register_call_counts (method, period, second, calls, failures) VALUES
         ('CheckPassportDMSStatus', 0, now() - interval '2 seconds', 40, 1),
         ('CheckPassportDMSStatus', 1, now() - interval '1 second', 20, 2),
         ('checkunzr', 0, now() - interval '1 second', 30, 0),
         ('CheckPassportDMSStatus', 0, now() - interval '40 seconds', 500, 500)`,
    );
    expect(await method()).toMatchObject({ calls_30s: 60, failures_30s: 3 });
    expect(await read('register')).toMatchObject({ calls_per_second: 3 });
  });
});

describe('GET /api/admin/processes', () => {
  it('shows a process from its start to its end, with what it has claimed', async () => {
    const second: Program = await env.startProgram();
    const heartbeat = second.get(Heartbeat);
    await heartbeat.start('worker');
    const [process] = await read('processes');
    expect(process).toMatchObject({ role: 'worker', version: VERSION, silent_since: null, claims: 0 });
    await env.sql.run(
      `INSERT INTO mpi.verification_claims (stream, worker, taken_at) VALUES
         ('dms_passport', '${process.id}', '2026-03-02T01:00:00Z'), ('unzr', '${process.id}', now())`,
    );
    expect((await read('processes'))[0]).toMatchObject({
      claims: 2,
      oldest_claim_at: '2026-03-02T01:00:00.000Z',
    });
    await env.stopProgram(second);
    expect(await read('processes')).toEqual([]);
  });

  it('shows a killed process as silent since its last sign of life; it is in no hurry to forget it', async () => {
    const child = await ChildProgram.start({ ...env.servers, works: true });
    await waitUntil(async () => (await read('processes')).length === 1, { what: 'the row of the process' });
    const metrics = await (await fetch(`${child.addresses.internalUrl}/metrics`)).text();
    expect(metrics).toContain(`build_info{version="${VERSION}",role="api_and_worker"} 1`);
    await child.kill();
    await env.sql.run(`UPDATE mpi.processes SET last_seen_at = '2026-03-02T01:00:00Z', updated_at = now()`);
    const [killed] = await read('processes');
    expect(killed).toMatchObject({ role: 'api_and_worker', silent_since: '2026-03-02T01:00:00.000Z' });
    await env.sql.run(`UPDATE mpi.processes SET last_seen_at = now() - interval '3 minutes'`);
    expect(await conditionNames()).toEqual(['ProcessDown']);
  });

  it('lists page by page, newest first', async () => {
    await env.sql.run(
      `INSERT INTO mpi.processes (role, host, version, started_at)
       SELECT 'api', 'host-' || n, '1', now() - make_interval(mins => n) FROM generate_series(1, 3) AS n`,
    );
    const { data, paging } = await answerTo('processes?page=2&page_size=2');
    expect(data.map(({ host }: { host: string }) => host)).toEqual(['host-3']);
    expect(paging).toEqual({ page_number: 2, page_size: 2, total_entries: 3, total_pages: 2 });
  });
});
