import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { aCaller, aPerson, verificationOf } from '../support/builders';
import { TestEnvironment, JOB } from '../support/test-environment';

const OFFICIAL = randomUUID();

const env = TestEnvironment.forThisFile();
let token: string;

beforeEach(async () => {
  token = await aCaller().withUserId(OFFICIAL).withScope('job:read job:run').save(env.sql);
});

async function call(method: 'GET' | 'POST', path: string) {
  const answer = await fetch(
    `${env.program.addresses.publicUrl}/api/admin/jobs${path.startsWith('?') ? '' : '/'}${path}`,
    {
      method,
      headers: { authorization: `Bearer ${token}` },
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
  it('returns one run as the list does', async () => {
    await aPerson().withPassport(env.passport('FOUND')).save(env.sql);
    const { id } = await env.run();
    const { status, body } = await call('GET', id);
    expect([status, body.meta.type]).toEqual([200, 'object']);
    expect(body.data).toMatchObject({ run_id: id, status: 'FINISHED', taken: 1, refuted: 1, verified: 0 });
    const list = await env.program.withToken(token, '/api/admin/jobs');
    expect(JSON.parse(await list.text()).data).toEqual([body.data]);
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
