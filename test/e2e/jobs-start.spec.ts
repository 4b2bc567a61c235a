import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller, aPerson, verificationOf } from '../support/builders';
import { TestEnvironment, JOB } from '../support/test-environment';
import { WORKER_ID } from '../../src/config/settings.module';
import { JOB_NAMES, JobRunRepository } from '../../src/jobs';
import { waitUntil } from '../support/wait-until';

const OFFICIAL = randomUUID();

const env = TestEnvironment.forThisFile();
let token: string;

beforeEach(async () => {
  token = await aCaller().withUserId(OFFICIAL).withScope('job:read job:run').save(env.sql);
});

async function call(method: 'GET' | 'POST', path: string, body?: object) {
  const answer = await fetch(
    `${env.program.addresses.publicUrl}/api/admin/jobs${path.startsWith('?') ? '' : '/'}${path}`,
    {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    },
  );
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

const auditOfRuns = () =>
  env.sql.query({
    text: `SELECT actor_id, resource_id, changeset FROM mpi.audit_log WHERE resource = 'job_runs'`,
  });

describe('POST /api/admin/jobs/{name}/run', () => {
  it('starts a run that the workers do at once, in the name of the caller', async () => {
    const person = await aPerson().withPassport(env.passport()).save(env.sql);
    const { status, body } = await call('POST', `${JOB}/run`);
    expect([status, body.meta.code, body.meta.type]).toEqual([202, 202, 'object']);
    expect(body.data).toMatchObject({
      job: JOB,
      run_id: expect.any(String),
      status: 'RUNNING',
      started_by: OFFICIAL,
      finished_at: null,
      verified: 0,
      technical_errors: {},
    });
    expect(await env.ended(body.data.run_id)).toMatchObject({ status: 'FINISHED', counts: { verified: 1 } });
    expect((await verificationOf(env.sql, person)).dms_passport_verification_status).toBe('VERIFIED');
  });

  it('leaves an audit row', async () => {
    const { body } = await call('POST', `${JOB}/run`);
    expect(await auditOfRuns()).toEqual([
      {
        actor_id: OFFICIAL,
        resource_id: body.data.run_id,
        changeset: { job: JOB, status: 'RUNNING' },
      },
    ]);
  });

  it.each([
    ['a schedule', new Date()],
    ['a hand', null],
  ])('is refused while a run started by %s is going, and nothing is written', async (_, tick) => {
    await env.startRunSilently({ tick });
    const { status, body } = await call('POST', `${JOB}/run`);
    expect([status, body.error]).toEqual([
      409,
      { type: 'request_conflict', message: 'Job is already running' },
    ]);
    expect(await auditOfRuns()).toEqual([]);
    expect(await env.sql.query({ text: 'SELECT id FROM mpi.job_runs' })).toHaveLength(1);
  });

  it('asked by ten at once starts one run', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const answers = await Promise.all(Array.from({ length: 10 }, () => call('POST', `${JOB}/run`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([202, ...Array<number>(9).fill(409)]);
    const started = answers.find(({ status }) => status === 202);
    env.register.release();
    expect(await env.ended(started?.body.data.run_id)).toMatchObject({ counts: { taken: 1 } });
    expect(await auditOfRuns()).toHaveLength(1);
  });

  it.each(['no-such-job', '%20', 'DMS-PASSPORT-PERSONS', '..%2Fx', `'%20OR%201=1`])(
    'does not know the job %s',
    async (name) => {
      const { status, body } = await call('POST', `${name}/run`);
      expect([status, body.error]).toEqual([404, { type: 'not_found', message: 'Job not found' }]);
      expect(await env.sql.query({ text: 'SELECT id FROM mpi.job_runs' })).toEqual([]);
    },
  );
});

describe('GET /api/admin/jobs', () => {
  const PURGE = 'purge';
  const listed = async (query: string) => {
    const { status, body } = await call('GET', `?${query}`);
    expect(status).toBe(200);
    const runs = body.data as { readonly job: string; readonly started_at: string }[];
    expect(body.paging.total_entries).toBe(runs.length);
    return runs.map(({ job, started_at: startedAt }) => [job, startedAt]);
  };
  const MORNING = [JOB, '2026-03-28T22:30:00.000Z'];
  const EVENING = [JOB, '2026-03-29T20:30:00.000Z'];
  const NIGHT = [PURGE, '2026-03-29T21:00:00.000Z'];

  // 29 March 2026 has 23 hours in Kyiv.
  beforeEach(() =>
    env.sql.run(`
      INSERT INTO mpi.job_runs (job, started_at, inserted_at, finished_at, status) VALUES
        ('${JOB}', '${MORNING[1]}', now(), now(), 'FINISHED'), ('${JOB}', '${EVENING[1]}', now(), now(), 'FAILED'),
        ('${PURGE}', '${NIGHT[1]}', now(), now(), 'FINISHED')`),
  );

  it.each([
    ['', [NIGHT, EVENING, MORNING]],
    ['job=&status=&from=&to=', [NIGHT, EVENING, MORNING]],
    [`job=${JOB}`, [EVENING, MORNING]],
    ['status=FINISHED', [NIGHT, MORNING]],
    ['status=STOPPED', []],
    [`job=${JOB}&status=FAILED`, [EVENING]],
    ['from=2026-03-29', [NIGHT, EVENING, MORNING]],
    ['from=2026-03-30', [NIGHT]],
    ['to=2026-03-29', [EVENING, MORNING]],
    ['from=2026-03-29&to=2026-03-29&status=FINISHED', [MORNING]],
    ['from=2026-03-30&to=2026-03-29', []],
  ])('with %s has the runs that match', async (query, runs) => {
    expect(await listed(query)).toEqual(runs);
  });

  it.each([
    ['status=ENDED', '$.status', 'inclusion'],
    ['job=nothing', '$.job', 'inclusion'],
    ['from=yesterday', '$.from', 'format'],
    ['to=2026-02-30', '$.to', 'format'],
    ['state=FAILED', '$.state', 'schema'],
  ])('with %s is 422', async (query, entry, rule) => {
    const { status, body } = await call('GET', `?${query}`);
    expect(status).toBe(422);
    expect(body.error.invalid).toMatchObject([{ entry, rules: [{ rule }] }]);
  });
});

describe('GET /api/admin/jobs/{run_id}', () => {
  it('returns one run as the list does, and what its workers did', async () => {
    const person = await aPerson().withPassport(env.passport('FOUND')).save(env.sql);
    // Nobody is claimed before it is counted who is due: the count and a claim at the same moment make it about two.
    const other = await env.openSession();
    await other.holdPerson(person);
    const id = await env.startRun();
    const counted = 'SELECT FROM mpi.job_runs WHERE due_at_start IS NOT NULL';
    await waitUntil(async () => (await env.sql.query({ text: counted })).length > 0, { what: 'the count' });
    await other.run('COMMIT');
    await env.ended(id);
    const { status, body } = await call('GET', id);
    expect([status, body.meta.type]).toEqual([200, 'object']);
    expect(body.data).toMatchObject({ run_id: id, status: 'FINISHED', taken: 1, refuted: 1, verified: 0 });
    const list = await env.program.withToken(token, '/api/admin/jobs');
    const { holder, lease_until, lease_left_seconds, due_at_start, eta_seconds, paused_at, workers, ...row } =
      body.data;
    expect(JSON.parse(await list.text()).data).toEqual([row]);
    expect(row.rate_per_second).toBeCloseTo(1 / row.took_seconds);
    expect({ lease_until, lease_left_seconds, due_at_start, eta_seconds, paused_at }).toEqual({
      lease_until: null,
      lease_left_seconds: null,
      due_at_start: 1,
      eta_seconds: null,
      paused_at: null,
    });
    expect(holder).toBe(env.program.get(WORKER_ID));
    expect(workers).toEqual([
      {
        worker: holder,
        is_holder: true,
        done: 1,
        share: 1,
        last_write_at: expect.any(String),
        counts: { batches: 1, taken: 1, refuted: 1 },
      },
    ]);
  });

  it('says of a run that is going who holds it, until when, each share, and when it will end', async () => {
    const runId = await env.startRunSilently();
    await env.sql.run(`
      UPDATE mpi.job_runs SET worker = 'one', lease_until = now() + interval '1 minute', due_at_start = 100,
             started_at = now() - interval '10 seconds'`);
    await env.sql.query(
      {
        text: `
          INSERT INTO mpi.job_run_counts (run_id, worker, counter, n)
          VALUES ($1, 'one', 'verified', 12), ($1, 'two', 'verified', 5), ($1, 'two', 'technical_errors.timeout', 3)`,
      },
      [runId],
    );
    const { body } = await call('GET', runId);
    expect(body.data).toMatchObject({ status: 'RUNNING', holder: 'one', due_at_start: 100 });
    expect(body.data.workers).toMatchObject([
      { worker: 'one', is_holder: true, done: 12, share: 0.6 },
      { worker: 'two', is_holder: false, done: 8, share: 0.4 },
    ]);
    // 20 in a little more than 10 seconds, so 80 in a little more than 40.
    expect(body.data.rate_per_second).toBeCloseTo(20 / body.data.took_seconds);
    expect(body.data.eta_seconds).toBeCloseTo(80 / body.data.rate_per_second);
    expect(body.data.lease_left_seconds).toBeGreaterThan(30);
    await env.sql.query(
      {
        text: `
          INSERT INTO mpi.job_run_samples (run_id, done, sampled_at)
          VALUES ($1, 0, now() - interval '60 seconds'), ($1, 204, now())`,
      },
      [runId],
    );
    // 204 with a result in the last minute and, at 17 of 20 with one, 240 done: 4 a second.
    expect((await call('GET', runId)).body.data.eta_seconds).toBeCloseTo(20);
    await call('POST', `${JOB}/pause`, { reason: 'a look' });
    const paused = await call('GET', runId);
    expect(paused.body.data).toMatchObject({
      status: 'RUNNING',
      paused_at: expect.any(String),
      eta_seconds: null,
    });
  });

  it('is 404 for a run nobody started', async () => {
    const { status, body } = await call('GET', randomUUID());
    expect([status, body.error]).toEqual([404, { type: 'not_found', message: 'Job not found' }]);
  });

  it('is 422 for an id that is none', async () => {
    const { status, body } = await call('GET', 'rubbish');
    expect(status).toBe(422);
    expect(body.error.invalid).toEqual([
      expect.objectContaining({ entry: '$.run_id', rules: [expect.objectContaining({ rule: 'format' })] }),
    ]);
  });
});

describe('A pause', () => {
  const REASON = 'Профілактичні роботи реєстру до 06:00';
  const pause = (reason = REASON) => call('POST', `${JOB}/pause`, { reason });
  const resume = () => call('POST', `${JOB}/resume`);
  const audit = () =>
    env.sql.query({
      text: `
        SELECT a.actor_id, a.changeset FROM mpi.audit_log AS a JOIN mpi.job_schedules AS s ON s.id = a.resource_id
         WHERE a.resource = 'job_schedules' ORDER BY a.inserted_at`,
    });

  it('is recorded with user, time and reason, and its end too', async () => {
    const { status, body } = await pause();
    expect(status).toBe(200);
    expect(body.data).toMatchObject({
      job: JOB,
      paused_at: expect.any(String),
      paused_by: OFFICIAL,
      reason: REASON,
    });
    const end = await resume();
    expect([end.status, end.body.data]).toEqual([
      200,
      { ...body.data, paused_at: null, paused_by: null, reason: null },
    ]);
    expect(await audit()).toEqual([
      { actor_id: OFFICIAL, changeset: { job: JOB, paused: true, reason: REASON } },
      { actor_id: OFFICIAL, changeset: { job: JOB, paused: false } },
    ]);
    expect(env.program.logged.join('\n')).not.toContain(REASON);
  });

  it('of a paused job stays as it is, and resuming one that is not paused does nothing', async () => {
    const first = await pause();
    const second = await pause('another reason');
    expect([second.status, second.body.data]).toEqual([200, first.body.data]);
    await resume();
    const again = await resume();
    expect([again.status, again.body.data.paused_at]).toEqual([200, null]);
    expect(await audit()).toHaveLength(2);
  });

  it('refuses a start by hand, which leaves no trace, and says so before the run that is going', async () => {
    await pause();
    const conflict = { type: 'request_conflict', message: 'Job is paused' };
    const { status, body } = await call('POST', `${JOB}/run`);
    expect([status, body.error]).toEqual([409, conflict]);
    expect(await env.sql.query({ text: 'SELECT id FROM mpi.job_runs' })).toEqual([]);
    expect(await auditOfRuns()).toEqual([]);
    await env.startRunSilently();
    expect((await call('POST', `${JOB}/run`)).body.error).toEqual(conflict);
    expect((await call('POST', 'purge/run')).status).toBe(202);
  });

  it('and starts at the same moment agree: no run starts after the answer', async () => {
    // The first run must not end before the others ask for one.
    await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const outcomes = await Promise.all([
      ...Array.from({ length: 5 }, () => call('POST', `${JOB}/run`)),
      pause().then(() => call('POST', `${JOB}/run`)),
    ]);
    expect(outcomes.at(-1)?.status).toBe(409);
    expect(outcomes.filter(({ status }) => status === 202).length).toBeLessThanOrEqual(1);
  });

  it('of the purge removes no more rows until it is resumed', async () => {
    await env.sql.run(`
      INSERT INTO mpi.status_change_events (entity_type, properties, inserted_at)
      VALUES ('Person', '{}', now() - interval '30 years')`);
    const runId = await env.startRunSilently({ job: 'purge' });
    await call('POST', 'purge/pause', { reason: REASON });
    const run = await env.program.get(JobRunRepository).running('purge');
    if (run === undefined) throw new Error('The run is not going on.');
    const never = new AbortController().signal;
    expect(await env.checkOf('purge').help(run, { stop: never, abort: never })).toBe('paused');
    expect(await env.sql.query({ text: 'SELECT FROM mpi.status_change_events' })).toHaveLength(1);
    await call('POST', 'purge/resume');
    expect(await env.ended(runId)).toMatchObject({ status: 'FINISHED', counts: { status_change_events: 1 } });
  });

  it.each([
    [{}, 'required'],
    [{ reason: '  ' }, 'format'],
    [{ reason: 'x'.repeat(256) }, 'length'],
    [{ reason: 7 }, 'cast'],
  ])('with the body %j is 422 and pauses nothing', async (sent, rule) => {
    const { status, body } = await call('POST', `${JOB}/pause`, sent);
    expect(status).toBe(422);
    expect(body.error.invalid).toMatchObject([{ entry: '$.reason', rules: [{ rule }] }]);
    expect(await audit()).toEqual([]);
  });

  it.each(['pause', 'resume'])('of an unknown job is 404: %s', async (action) => {
    const { status, body } = await call('POST', `no-such-job/${action}`, { reason: REASON });
    expect([status, body.error]).toEqual([404, { type: 'not_found', message: 'Job not found' }]);
  });

  it('shows in the metrics while it lasts', async () => {
    const line = async () =>
      (await (await env.program.internal('/metrics')).text())
        .split('\n')
        .find((text) => text.startsWith(`job_paused{job_name="${JOB}"}`));
    await pause();
    expect(await line()).toBe(`job_paused{job_name="${JOB}"} 1`);
    await resume();
    expect(await line()).toBe(`job_paused{job_name="${JOB}"} 0`);
  });
});

describe('GET /api/admin/jobs/schedule', () => {
  it('has every job with its schedule, ticks and runs', async () => {
    const { id } = await env.run();
    const { status, body } = await call('GET', 'schedule');
    expect([status, body.paging.total_entries]).toEqual([200, JOB_NAMES.length]);
    const jobs = body.data as { readonly job: string }[];
    expect(jobs.map(({ job }) => job).sort()).toEqual([...JOB_NAMES].sort());
    expect(jobs.find(({ job }) => job === JOB)).toMatchObject({
      schedule: '0 0 29 2 *',
      time_zone: 'Europe/Kyiv',
      next_ticks: [
        expect.stringMatching(/-02-28T22:00:00\.000Z$/),
        expect.stringMatching(/-02-28T22:00:00\.000Z$/),
        expect.stringMatching(/-02-28T22:00:00\.000Z$/),
      ],
      running_run_id: null,
      last_finished: { run_id: id, finished_at: expect.any(String) },
      paused_at: null,
    });
  });
});
