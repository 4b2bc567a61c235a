import { describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { WORKER_ID } from '../../src/config/settings.module';
import { JobRunRepository, JobTimetable } from '../../src/jobs';
import { aParty, aPerson, savePersons } from '../support/builders';
import {
  type CommandEnd,
  type RunningCommand,
  startCommand,
  withoutRedis,
  environmentOf,
} from '../support/program';
import { TestEnvironment, JOB } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const env = TestEnvironment.forThisFile();

const start = (args: readonly string[], changes: Record<string, string> = {}): RunningCommand =>
  startCommand('job', args, { ...withoutRedis(env.servers), ...changes });
const job = (...args: string[]): Promise<CommandEnd> => start([JOB, ...args]).ended;

describe('npm run job -- dms-passport-persons', () => {
  it('--json does a whole run without Redis and ends with its summary on one line of standard output', async () => {
    const shared = env.passport('FOUND');
    await aParty().withPassport(shared).save(env.sql);
    await savePersons(env.sql, [
      aPerson().withPassport(shared),
      aPerson()
        .withPassport(shared)
        .stream('dms_passport', 'VERIFIED', 'AUTO_VALID', { syncedAt: new Date() }),
      aPerson().withPassport(env.passport('NOT_FOUND')),
      aPerson().withPassport(env.passport('MINUS_2')),
      aPerson().withPassport('KB123456'),
      aPerson().withNationalId('000123456'),
    ]);
    const { status, stdout, stderr } = await job('--json');
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^[^\n]+\n$/);
    const summary = JSON.parse(stdout) as Record<string, unknown>;
    expect(summary).toEqual({
      job: JOB,
      run_id: expect.stringMatching(UUID),
      status: 'FINISHED',
      started_at: expect.stringMatching(TIME),
      finished_at: expect.stringMatching(TIME),
      batches: 1,
      taken: 5,
      verified: 1,
      refuted: 1,
      absent: 1,
      incorrect: 1,
      propagated_persons: 1,
      propagated_parties: 1,
      superseded: 0,
      technical_errors: { register_error: 1 },
    });
    expect(Object.keys(summary)).toEqual([
      'job',
      'run_id',
      'status',
      'started_at',
      'finished_at',
      'batches',
      'taken',
      'verified',
      'refuted',
      'absent',
      'incorrect',
      'propagated_persons',
      'propagated_parties',
      'superseded',
      'technical_errors',
    ]);
    expect(stderr).toContain('this run does not use Redis');
  });

  it('ends with a summary for people on standard output; everything else goes to standard error', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    const { status, stdout, stderr } = await start([JOB], { REDIS_URL: env.redis.url }).ended;
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/^verified\s+1$/m);
    expect(stdout).toMatch(/^status\s+FINISHED$/m);
    expect(stdout).not.toContain('{"level"');
    // No terminal, so nothing that draws.
    expect(stderr).not.toContain('\u001b');
    expect(stderr).not.toContain('without Redis');
  });

  it('is refused with status 2 and the id of the running one while another run is alive', async () => {
    const running = await env.program
      .get(JobRunRepository)
      .start(JOB, '00000000-0000-4000-8000-000000000001', { worker: 'elsewhere', leaseSeconds: 600 });
    const { status, stdout, stderr } = await job('--json');
    expect(status).toBe(2);
    expect(JSON.parse(stdout)).toEqual({ error: 'already_running', run_id: running.runId });
    expect(stdout).toMatch(/^[^\n]+\n$/);
    expect(stderr).toContain(running.runId);
  });

  it('takes a run over whose holder died, under the same id', async () => {
    await aPerson().withPassport(env.passport()).save(env.sql);
    const runId = await env.startRunSilently();
    await env.sql.run(`UPDATE mpi.job_runs SET worker = 'gone', lease_until = now() - interval '1 second'`);
    const { status, stdout } = await job('--json');
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ run_id: runId, status: 'FINISHED', verified: 1 });
  });

  it('--give-up-after ends with status 1 and FAILED when the register stays unreachable for so long', async () => {
    const persons = Array.from({ length: 8 }, () => aPerson().withPassport(env.passport()));
    await savePersons(env.sql, persons);
    env.register.mode('down');
    const { status, stdout } = await start([JOB, '--json', '--give-up-after', '0.03'], {
      TREMBITA_BREAKER_MIN_CALLS: '2',
      TREMBITA_BREAKER_OPEN_MS: '200',
      TREMBITA_CONCURRENCY: '2',
    }).ended;
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'FAILED', verified: 0 });
    const pairs = `SELECT DISTINCT dms_passport_verification_status AS status FROM mpi.person_verifications`;
    expect(await env.sql.query({ text: pairs })).toEqual([{ status: 'VERIFICATION_NEEDED' }]);
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)(
    'ends its run as STOPPED on %s, with status %i and nobody left in review',
    async (signal, exitStatus) => {
      const persons = Array.from({ length: 60 }, () => aPerson().withPassport(env.passport()));
      await savePersons(env.sql, persons);
      env.register.hold();
      const command = start([JOB, '--json']);
      await env.register.waitForRequests(10);
      command.child.kill(signal);
      // Its calls may end; persons who were not asked about yet are released at once.
      env.register.release();
      const { status, stdout, stderr } = await command.ended;
      expect(status, stderr).toBe(exitStatus);
      const summary = JSON.parse(stdout) as Record<string, number>;
      expect(summary).toMatchObject({ status: 'STOPPED', superseded: 0 });
      expect(summary['taken']).toBe(summary['verified']);
      const inReview = `SELECT FROM mpi.person_verifications WHERE dms_passport_verification_status = 'IN_REVIEW'`;
      expect(await env.sql.query({ text: inReview })).toEqual([]);
      expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_locks' })).toEqual([]);
      expect(await env.sql.query({ text: 'SELECT FROM mpi.verification_claims' })).toEqual([]);
    },
  );
});

describe('npm run job -- pause', () => {
  it('stops a run in another process, survives that process, and the run goes on after resume', async () => {
    const persons = Array.from({ length: 60 }, () => aPerson().withPassport(env.passport()));
    await savePersons(env.sql, persons);
    env.register.hold();
    const killed = start([JOB, '--json']);
    await env.register.waitForRequests(10);
    const paused = await start(['pause', JOB, '--reason', 'робота з реєстром', '--json']).ended;
    expect(paused.status, paused.stderr).toBe(0);
    expect(JSON.parse(paused.stdout)).toEqual({
      job: JOB,
      paused_at: expect.stringMatching(TIME),
      reason: 'робота з реєстром',
    });
    env.register.release();
    const count = async (text: string) => (await env.sql.query({ text })).length;
    await waitUntil(async () => (await count('SELECT FROM mpi.verification_claims')) === 0, {
      what: 'the calls in flight to be written',
    });
    const verified = `SELECT FROM mpi.person_verifications WHERE dms_passport_verification_status = 'VERIFIED'`;
    const done = await count(verified);
    expect(done).toBeGreaterThanOrEqual(10);
    expect(done).toBeLessThan(persons.length);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const refused = await job('--json');
    expect([refused.status, JSON.parse(refused.stdout)]).toEqual([3, { error: 'paused' }]);
    const [run, ...others] = await env.sql.query<{ id: string; status: string }>({
      text: 'SELECT id, status FROM mpi.job_runs',
    });
    expect([run?.status, others]).toEqual(['RUNNING', []]);
    expect(await count(verified)).toBe(done);
    // The leases of the killed process have passed.
    const isGone = `lease_until = now() - interval '1 second' WHERE worker <> '${env.program.get<string>(WORKER_ID)}'`;
    for (const table of ['mpi.job_runs', 'mimir.register_workers', 'mimir.register_places'])
      await env.sql.run(`UPDATE ${table} SET ${isGone}`);
    await env.program.get(JobTimetable).resume(JOB, randomUUID());
    expect(await env.ended(run?.id ?? '')).toMatchObject({
      status: 'FINISHED',
      counts: { taken: 60, verified: 60 },
    });
  });
});

describe('npm run job that cannot be run', () => {
  it('ends with status 64 and begins nothing when its arguments are wrong', async () => {
    const { status, stdout, stderr } = await start([JOB, '--fast']).ended;
    expect(status, stderr).toBe(64);
    expect(stdout).toBe('');
    expect(stderr).toContain('usage: npm run job');
    expect(await env.sql.query({ text: 'SELECT FROM mpi.job_runs' })).toEqual([]);
  });

  it('ends with status 64 also on a machine without settings: no server is needed to see that', async () => {
    const { status, stdout, stderr } = await startCommand('job', ['no-such-job'], {}).ended;
    expect([status, stdout]).toEqual([64, '']);
    expect(stderr).toContain('Job not found');
  });

  it('ends with status 78 and all faults, one a line, when the configuration is wrong', async () => {
    const environment = {
      ...environmentOf(env.servers),
      DATABASE_URL: undefined,
      TREMBITA_URL: 'no address',
    };
    const { status, stdout, stderr } = await startCommand('job', [JOB], {
      ...environment,
      DMS_PERSON_VALIDATION_PERIOD_DAYS: '-3',
    }).ended;
    expect(status).toBe(78);
    expect(stdout).toBe('');
    const lines = stderr.trim().split('\n');
    expect(lines.map((line) => line.split(' ')[0])).toEqual([
      'DATABASE_URL',
      'DMS_PERSON_VALIDATION_PERIOD_DAYS',
      'TREMBITA_URL',
    ]);
    for (const line of lines) expect(line).toContain('for example');
    expect(stderr).not.toContain('no address');
  });
});
