import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { migrate } from '../../src/database/data-source';
import { type EmbeddedPostgres, startPostgres } from '../../tools/embedded';
import { STREAMS } from '../../src/domain/verification/stream';
import { aCaller, aPerson } from '../support/builders';
import { askConsole } from '../support/console-client';
import { TestEnvironment, JOB } from '../support/test-environment';
import { Program } from '../support/program';
import { Session } from '../support/sql-session';
import { waitUntil } from '../support/wait-until';

const NOBODY = '99999999-9999-4999-8999-999999999999';

const env = TestEnvironment.forThisFile();
let token: string;

beforeEach(async () => {
  token = await aCaller().withScope('person_verification:details job:read').save(env.sql);
});

/** What a call answered: status and body. */
async function read(path: string, from: 'internal' | 'public' = 'public') {
  const answer = await env.program[from](path, { authorization: `Bearer ${token}` });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

describe('GET /api/persons/{id}/verification', () => {
  it('returns the sum and every stream with its columns', async () => {
    const passport = env.passport('FOUND');
    const person = await aPerson().withPassport(passport).save(env.sql);
    await env.run();
    const { status, body } = await read(`/api/persons/${person}/verification`);
    expect(status).toBe(200);
    expect(body.meta).toEqual({
      code: 200,
      url: `/api/persons/${person}/verification`,
      type: 'object',
      request_id: expect.any(String),
    });
    expect(body.data.verification_status).toBe('CHANGES_NEEDED');
    expect(Object.keys(body.data.details)).toEqual([...STREAMS]);
    expect(body.data.details.dms_passport).toEqual({
      verification_status: 'NOT_VERIFIED',
      verification_reason: 'AUTO_NOT_VALID',
      status: 1,
      synced_at: expect.stringMatching(/^\d{4}-.*Z$/),
      unverified_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    expect(body.data.details.nhs).toEqual({
      verification_status: 'VERIFIED',
      verification_reason: 'RULES_PASSED',
      verification_comment: null,
      unverified_at: null,
    });
    expect(Object.keys(body.data.details.drfo).sort()).toEqual(
      ['result', 'synced_at', 'unverified_at', 'verification_reason', 'verification_status'].sort(),
    );
    expect(Object.keys(body.data.details.dracs_name_change).sort()).toEqual(
      ['verification_comment', 'verification_reason', 'verification_status'].sort(),
    );
  });

  it('is 404 for nobody and for a person without a row of verifications, 422 for what is no id', async () => {
    const person = await aPerson().save(env.sql);
    await env.sql.run('DELETE FROM mpi.person_verifications');
    for (const id of [NOBODY, person]) {
      const { status, body } = await read(`/api/persons/${id}/verification`);
      expect(status).toBe(404);
      expect(body.error).toEqual({ type: 'not_found', message: 'not found' });
      expect(body.meta).toMatchObject({ code: 404, type: 'object' });
    }
    const { status, body } = await read(`/api/persons/${person}x/verification`);
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ type: 'validation_failed', message: 'Validation failed' });
    expect(JSON.stringify(body)).not.toContain(person);
  });

  it('takes an id in capital letters for the same id', async () => {
    const person = await aPerson().save(env.sql);
    expect((await read(`/api/persons/${person.toUpperCase()}/verification`)).status).toBe(200);
  });
});

describe('GET /api/admin/jobs', () => {
  it('lists runs, newest first, page by page, as their summaries', async () => {
    await aPerson().withPassport(env.passport('MINUS_2')).save(env.sql);
    const first = await env.run();
    const second = await env.run();
    const third = await env.run();
    const { status, body } = await read('/api/admin/jobs?page=1&page_size=2');
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ code: 200, type: 'list', url: '/api/admin/jobs' });
    expect(body.paging).toEqual({ page_number: 1, page_size: 2, total_entries: 3, total_pages: 2 });
    expect(body.data.map(({ run_id }: { run_id: string }) => run_id)).toEqual([third.id, second.id]);
    const next = await read('/api/admin/jobs?page=2&page_size=2');
    expect(next.body.data).toMatchObject([
      {
        job: JOB,
        run_id: first.id,
        status: 'FINISHED',
        taken: 1,
        verified: 0,
        technical_errors: { register_error: 1 },
      },
    ]);
    expect((await read('/api/admin/jobs')).body.paging.page_size).toBe(50);
    expect((await read('/api/admin/jobs?page_size=1000')).body.paging.page_size).toBe(300);
    expect((await read('/api/admin/jobs?page=7')).body.data).toEqual([]);
  });

  it('puts a run of another program, which says neither when nor who, where it was inserted', async () => {
    const text = `
      INSERT INTO mpi.job_runs (job, status, started_at, inserted_at, finished_at)
      VALUES ($1, 'FINISHED', NULL, now() - interval '1 day', now()) RETURNING id`;
    const [foreign] = await env.sql.query<{ id: string }>({ text }, [JOB]);
    const own = await env.run();
    const { body } = await read('/api/admin/jobs');
    expect(body.data.map(({ run_id }: { run_id: string }) => run_id)).toEqual([own.id, foreign?.id]);
    for (const path of ['/console/runs', `/console/runs/${foreign?.id}`]) {
      const page = await askConsole(env, path, { session: token });
      expect([page.status, (await page.text()).includes('за розкладом')]).toEqual([200, false]);
    }
  });

  it('returns a run in progress with its counts so far', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    env.register.hold();
    const runId = await env.startRun();
    await env.register.waitForRequests(1);
    const { body } = await read('/api/admin/jobs');
    expect(body.data).toMatchObject([
      { run_id: runId, status: 'RUNNING', finished_at: null, taken: 1, verified: 0 },
    ]);
    env.register.release();
    await env.ended(runId);
  });

  it('refuses both faults of a query at once', async () => {
    const { status, body } = await read('/api/admin/jobs?page=0&page_size=many');
    expect(status).toBe(422);
    expect(body.error.invalid.map(({ entry }: { entry: string }) => entry)).toEqual([
      '$.page',
      '$.page_size',
    ]);
  });
});

describe('The public port', () => {
  it('knows nothing of metrics: it answers like for a path that is not there', async () => {
    const hidden = await read('/metrics');
    const missing = await read('/api/no/such/path');
    expect(hidden.status).toBe(404);
    expect({ ...hidden.body, meta: { ...hidden.body.meta, request_id: '' } }).toEqual({
      ...missing.body,
      meta: { ...missing.body.meta, request_id: '' },
    });
  });

  it.each(['public', 'internal'] as const)('and the other one report their health: %s', async (port) => {
    expect(await read('/health/live', port)).toEqual({ status: 200, body: { status: 'alive' } });
    expect(await read('/health/ready', port)).toEqual({
      status: 200,
      body: { database: 'up', redis: 'up', migrations: 'applied' },
    });
  });

  it('while the internal one serves metrics', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    await env.run();
    const answer = await env.program.internal('/metrics');
    expect(answer.status).toBe(200);
    expect(await answer.text()).toMatch(
      /^verification_persons_total\{stream="dms_passport",outcome="verified"\} [1-9]/m,
    );
  });
});

describe('X-Request-ID', () => {
  it('is taken over when it is sane, and is in the header, the envelope and the log', async () => {
    const answer = await env.program.withToken(token, '/api/admin/jobs', {
      'x-request-id': 'gateway-0001.a',
    });
    expect(answer.headers.get('x-request-id')).toBe('gateway-0001.a');
    expect(await answer.json()).toMatchObject({ meta: { request_id: 'gateway-0001.a' } });
    await waitUntil(() => env.program.logged.some((line) => line.includes('gateway-0001.a')), {
      what: 'the line about the request',
    });
  });

  it.each(['short', 'with space in it', `${'x'.repeat(200)}`, '<script>alert(1)</script>'])(
    'is made anew when it is not: %s',
    async (id) => {
      const answer = await env.program.withToken(token, '/api/admin/jobs', { 'x-request-id': id });
      expect(answer.headers.get('x-request-id')).not.toBe(id);
      expect(answer.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('Readiness', () => {
  it('is 200 with "redis":"down" while Redis alone is away, and the work goes on', async () => {
    const { server } = env.redis;
    if (server === null) return;
    await server.stop();
    try {
      await waitUntil(async () => (await read('/health/ready')).body.redis === 'down', {
        what: 'Redis to be missed',
      });
      expect((await read('/health/ready', 'internal')).status).toBe(200);
    } finally {
      await server.restart();
    }
    await waitUntil(async () => (await read('/health/ready')).body.redis === 'up', {
      what: 'Redis to be back',
    });
  });
});

describe('Without PostgreSQL', () => {
  let postgres: EmbeddedPostgres;
  let program: Program;

  beforeAll(async () => {
    postgres = await startPostgres({ nodeEnv: 'test', durable: false });
    await migrate(postgres.url);
    program = await Program.start({ ...env.servers, databaseUrl: postgres.url });
  });
  afterAll(async () => {
    await program.stop();
    await postgres.stop();
  });

  it('the program lives and is not ready, and is ready again by itself when PostgreSQL is back', async () => {
    expect((await program.public('/health/ready')).status).toBe(200);
    await postgres.crash();
    for (const ask of [program.public.bind(program), program.internal.bind(program)]) {
      const answer = await ask('/health/ready');
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ database: 'down', migrations: 'unknown' });
      expect((await ask('/health/live')).status).toBe(200);
    }
    const refused = await program.withToken(token, '/api/admin/jobs');
    expect([500, 503]).toContain(refused.status);
    expect(await refused.text()).not.toMatch(/select|postgres|127\.0\.0\.1|stack|at /i);
    await postgres.restart();
    await waitUntil(async () => (await program.public('/health/ready')).status === 200, {
      what: 'the program to be ready again',
    });
  });

  it('and pending migrations make it unready', async () => {
    const sql = await Session.open(postgres.url);
    await sql.run(`DELETE FROM public.migrations WHERE id = (SELECT max(id) FROM public.migrations)`);
    await sql.close();
    const answer = await program.public('/health/ready');
    expect(answer.status).toBe(503);
    expect(await answer.json()).toMatchObject({ database: 'up', migrations: 'pending' });
  });
});
