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
  const answer = await fetch(`${env.program.addresses.publicUrl}/api/admin/jobs/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
  });
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
