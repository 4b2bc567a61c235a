import { describe, expect, it } from 'vitest';
import { JobRunner } from '../../src/jobs';
import { type RunningCommand, startCommand, withoutRedis } from '../support/program';
import { TestEnvironment } from '../support/test-environment';
import { waitUntil } from '../support/wait-until';

const SYSTEM_USER_ID = '00000000-0000-4000-8000-000000000001';
const MANY = 3_000;
/** Locks are kept for 90. */
const BEFORE_91_DAYS = `now() - interval '91 days'`;

const env = TestEnvironment.forThisFile();

const purge = (changes: Record<string, string> = {}): RunningCommand =>
  startCommand('job', ['purge', '--json'], { ...withoutRedis(env.servers), ...changes });

const events = (n: number, days: number): Promise<void> =>
  env.sql.run(`
    INSERT INTO mpi.status_change_events (entity_type, properties, inserted_at)
    SELECT 'Person', '{}', now() - interval '${days} days' FROM generate_series(1, ${n})`);

async function eventsLeft(): Promise<number> {
  const [row] = await env.sql.query<{ n: number }>({
    text: 'SELECT count(*)::int AS n FROM mpi.status_change_events',
  });
  return row?.n ?? 0;
}

describe('npm run job -- purge', () => {
  it('removes what the settings define and prints how much of each table', async () => {
    await events(3, 40);
    await events(2, 20);
    await env.sql.run(
      `INSERT INTO mpi.audit_log (resource, inserted_at) VALUES ('x', now() - interval '6 years')`,
      `INSERT INTO mpi.verification_locks (person_id, stream, updated_at)
       VALUES (gen_random_uuid(), 'unzr', ${BEFORE_91_DAYS}), (gen_random_uuid(), 'unzr', ${BEFORE_91_DAYS})`,
      `INSERT INTO prm.party_verification_locks (party_id, stream, updated_at)
       VALUES (gen_random_uuid(), 'dms_passport', ${BEFORE_91_DAYS})`,
    );
    const { status, stdout, stderr } = await purge({ RETENTION_EVENTS_DAYS: '30' }).ended;
    expect(status, stderr).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      job: 'purge',
      status: 'FINISHED',
      job_runs: 0,
      status_change_events: 3,
      audit_log: 1,
      verification_locks: 2,
      party_verification_locks: 1,
      tokens: 0,
      sign_ups: 0,
      technical_errors: {},
    });
    expect(await eventsLeft()).toBe(2);
  });

  it('killed in the middle, is gone on with by the next one under the same id, and every row is counted once', async () => {
    await events(MANY, 400);
    const killed = purge({ RETENTION_BATCH_SIZE: '2' });
    await waitUntil(async () => (await eventsLeft()) < MANY, { what: 'the first batch to go' });
    killed.child.kill('SIGKILL');
    await killed.ended;
    const left = await eventsLeft();
    expect(left).toBeGreaterThan(0);
    const [run] = await env.sql.query<{ id: string }>({
      text: `SELECT id FROM mpi.job_runs WHERE status = 'RUNNING'`,
    });
    await env.sql.run(`UPDATE mpi.job_runs SET lease_until = now() WHERE status = 'RUNNING'`);
    const { status, stdout } = await purge().ended;
    expect(status).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      run_id: run?.id,
      status: 'FINISHED',
      status_change_events: MANY,
    });
    expect(await eventsLeft()).toBe(0);
  });
});

describe('The job purge of the schedule', () => {
  it('is started by officials like the others, and the workers do it', async () => {
    await events(2, 400);
    const started = await env.program.get(JobRunner).startRun('purge', SYSTEM_USER_ID);
    const ended = await env.ended(started.id);
    expect(ended).toMatchObject({ status: 'FINISHED', counts: { status_change_events: 2 } });
    const metrics = await (await env.program.internal('/metrics')).text();
    expect(metrics).toMatch(/^rows_purged_total\{table="status_change_events"\} 2$/m);
  });
});
