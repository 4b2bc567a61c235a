import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { oldInstances } from '../../src/jobs/instance.repository';
import { oldRuns } from '../../src/jobs/purge.job';
import { oldTokens } from '../../src/mithril';
import { oldSignUps } from '../../src/persons/sign-up/registration.repository';
import { oldLocks, oldRecords } from '../../src/verifications/old-verification-rows';
import { PARTIES, PERSONS } from '../../src/verifications/subject';
import { aParty, aPerson } from '../support/builders';
import { keeping, OLD, PurgeFixture, YOUNG } from '../support/purge-fixture';
import { Session } from '../support/sql-session';

let env: PurgeFixture;

beforeAll(async () => {
  env = await PurgeFixture.open();
});
afterAll(() => env.close());
beforeEach(() => env.clear());

describe('What is past its time', () => {
  it('runs: one that is over goes with its counts; the last tick of each job, and one that still runs, stay', async () => {
    const [gone, kept] = [randomUUID(), randomUUID()];
    await env.sql.run(
      `INSERT INTO mpi.job_runs (id, job, tick, started_at, finished_at, status) VALUES
         ('${gone}', 'old tick', ${OLD}, ${OLD}, ${OLD}, 'FINISHED'),
         ('${kept}', 'young tick', ${YOUNG}, ${YOUNG}, ${YOUNG}, 'FINISHED')`,
      `UPDATE mpi.job_runs SET job = 'one'`,
      `INSERT INTO mpi.job_run_counts (run_id, worker, counter, n) VALUES
         ('${gone}', 'w', 'taken', 1), ('${kept}', 'w', 'taken', 1)`,
      `INSERT INTO mpi.job_runs (job, tick, started_at, finished_at, status) VALUES
         ('last tick is old', ${OLD}, ${OLD}, ${OLD}, 'SKIPPED'),
         ('last tick is old', ${OLD} - interval '1 day', ${OLD}, ${OLD}, 'FINISHED'),
         ('by hand', NULL, ${OLD}, ${OLD}, 'FAILED'),
         ('went on for long', NULL, ${OLD}, ${YOUNG}, 'FINISHED'),
         ('still runs', NULL, ${OLD}, NULL, 'RUNNING')`,
    );
    expect(await env.purge(oldRuns(keeping))).toBe('nothing_due');
    expect(await env.left('mpi.job_runs', 'job')).toEqual([
      'last tick is old',
      'one',
      'still runs',
      'went on for long',
    ]);
    expect(await env.left(`mpi.job_run_counts WHERE counter = 'taken'`, 'run_id::text')).toEqual([kept]);
    expect(await env.counted('job_runs')).toBe(3);
  });

  it('events and audit rows go by the time they were written', async () => {
    await env.addEvents(OLD);
    await env.addEvents(YOUNG);
    await env.sql.run(
      `INSERT INTO mpi.audit_log (resource, inserted_at) VALUES ('old', ${OLD}), ('young', ${YOUNG})`,
    );
    await env.purge(oldRecords('status_change_events', keeping));
    await env.purge(oldRecords('audit_log', keeping));
    expect(await env.left('mpi.status_change_events', 'entity_type')).toEqual(['Person']);
    expect(await env.left('mpi.audit_log', 'resource')).toEqual(['young']);
  });

  it('tokens go when they ended so long ago, other kinds and those without an end stay', async () => {
    await env.sql.run(`
      INSERT INTO mithril.tokens (name, value_hash, expires_at) VALUES
        ('access_token', 'old', ${OLD}), ('access_token', 'young', ${YOUNG}),
        ('access_token', 'endless', NULL), ('refresh_token', 'of others', ${OLD})`);
    await env.purge(oldTokens(keeping));
    expect(await env.left('mithril.tokens', 'value_hash')).toEqual(['endless', 'of others', 'young']);
  });

  it('processes go a week after their last sign of life', async () => {
    await env.sql.run(`
      INSERT INTO mpi.processes (role, host, version, started_at, last_seen_at) VALUES
        ('worker', 'killed long ago', '1', ${OLD}, now() - interval '7 days 1 hour'),
        ('worker', 'killed lately', '1', ${OLD}, now() - interval '6 days 23 hours'),
        ('api', 'runs', '1', ${OLD}, now())`);
    await env.purge(oldInstances(keeping.batch));
    expect(await env.left('mpi.processes', 'host')).toEqual(['killed lately', 'runs']);
  });

  it('sign-ups go by their last change', async () => {
    const personId = await aPerson().save(env.sql);
    const [old, young] = ['a'.repeat(64), 'b'.repeat(64)];
    await env.sql.run(`
      INSERT INTO mpi.sign_ups (content_sha256, person_id, updated_at) VALUES
        ('${old}', '${personId}', ${OLD}), ('${young}', '${personId}', ${YOUNG})`);
    await env.purge(oldSignUps(keeping));
    expect(await env.left('mpi.sign_ups', 'content_sha256')).toEqual([young]);
  });
});

describe.each([
  { subject: PERSONS, somebody: aPerson, counter: 'verification_locks' },
  { subject: PARTIES, somebody: aParty, counter: 'party_verification_locks' },
])('Locks of $subject.name past their time', ({ subject, somebody, counter }) => {
  const { locks, verifications, id } = subject;

  it('go when nobody waits: of those who are inactive or gone, and under no claim', async () => {
    const [active, inactive] = [await somebody().save(env.sql), await somebody().inactive().save(env.sql)];
    const lock = (stream: string, of: string, claim: string, at: string): string =>
      `INSERT INTO ${locks} (${id}, stream, claim_id, attempts, updated_at)
       VALUES ('${of}', '${stream}', ${claim}, 3, ${at})`;
    await env.sql.run(
      lock('active waits', active, 'NULL', OLD),
      lock('inactive waited', inactive, 'NULL', OLD),
      lock('inactive, lately', inactive, 'NULL', YOUNG),
      lock('inactive, in review', inactive, 'gen_random_uuid()', OLD),
      lock('gone waited', randomUUID(), 'NULL', OLD),
    );
    await env.purge(oldLocks(subject, keeping));
    expect(await env.left(locks, 'stream')).toEqual([
      'active waits',
      'inactive, in review',
      'inactive, lately',
    ]);
    expect(await env.counted(counter)).toBe(2);
  });

  it('are left for the next time when somebody holds whom they are about, and nobody waits', async () => {
    const held = await somebody().inactive().save(env.sql);
    await env.sql.run(`INSERT INTO ${locks} (${id}, stream, updated_at) VALUES ('${held}', 'x', ${OLD})`);
    const other = await Session.open(env.database.adminUrl);
    try {
      await other.run('BEGIN', `SELECT FROM ${verifications} WHERE ${id} = '${held}' FOR UPDATE`);
      expect(await env.purge(oldLocks(subject, keeping))).toBe('nothing_due');
      expect(await env.left(locks, 'stream')).toEqual(['x']);
      await other.run('COMMIT');
      await env.purge(oldLocks(subject, keeping));
      expect(await env.left(locks, 'stream')).toEqual([]);
    } finally {
      await other.close();
    }
  });
});
