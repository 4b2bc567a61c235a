import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { OldRows } from '../../src/database/old-rows';
import { oldRuns, PurgeRegistry } from '../../src/jobs/purge.job';
import { oldRecords } from '../../src/verifications/old-verification-rows';
import { BATCH, keeping, NEVER, OLD, PurgeFixture } from '../support/purge-fixture';
import { Session } from '../support/sql-session';

let env: PurgeFixture;

beforeAll(async () => {
  env = await PurgeFixture.open();
});
afterAll(() => env.close());
beforeEach(() => env.clear());

describe('The way a purge goes', () => {
  it('is batch by batch, each counted in its own transaction', async () => {
    await env.addEvents(OLD, 2 * BATCH + 3);
    const received: number[] = [];
    const job = env.jobFor(oldRecords('status_change_events', keeping), (rows) => received.push(rows));
    expect(await job.help(env.run, NEVER)).toBe('nothing_due');
    expect(received).toEqual([BATCH, BATCH, 3]);
    expect(job.counters).toEqual(['status_change_events']);
    expect(await env.counted('status_change_events')).toBe(2 * BATCH + 3);
  });

  it('stops between two batches on a stop signal, and another run continues', async () => {
    await env.addEvents(OLD, 3 * BATCH);
    const stop = new AbortController();
    const job = env.jobFor(oldRecords('status_change_events', keeping), () => stop.abort());
    expect(await job.help(env.run, { stop: stop.signal, abort: NEVER.abort })).toBe('stopped');
    expect(await env.left('mpi.status_change_events', 'id')).toHaveLength(2 * BATCH);
    expect(await env.purge(oldRecords('status_change_events', keeping))).toBe('nothing_due');
    expect(await env.left('mpi.status_change_events', 'id')).toEqual([]);
    expect(await env.counted('status_change_events')).toBe(3 * BATCH);
  });

  it('is shared by two who purge at once: everything goes, and every row is counted once', async () => {
    await env.addEvents(OLD, 20 * BATCH);
    const ends = await Promise.all([1, 2].map(() => env.purge(oldRecords('status_change_events', keeping))));
    expect(ends).toEqual(['nothing_due', 'nothing_due']);
    expect(await env.left('mpi.status_change_events', 'id')).toEqual([]);
    expect(await env.counted('status_change_events')).toBe(20 * BATCH);
  });

  it('skips a locked row without waiting', async () => {
    await env.addEvents(OLD, 2 * BATCH);
    const other = await Session.open(env.database.adminUrl);
    try {
      await other.run('BEGIN', 'SELECT FROM mpi.status_change_events ORDER BY id LIMIT 1 FOR UPDATE');
      await env.purge(oldRecords('status_change_events', keeping));
      expect(await env.left('mpi.status_change_events', 'id')).toHaveLength(1);
    } finally {
      await other.close();
    }
  });

  it('takes back a batch together with its count when its connection is cut', async () => {
    await env.addEvents(OLD, BATCH);
    const cut: OldRows = {
      table: 'status_change_events',
      removeBatch: async (open, mark) => {
        const removed = await oldRecords('status_change_events', keeping).removeBatch(open, mark);
        const [me] = await open.query<{ pid: number }>({ text: 'SELECT pg_backend_pid() AS pid' });
        await env.sql.query({ text: 'SELECT pg_terminate_backend($1, 5000)' }, [me?.pid]);
        return removed;
      },
    };
    await expect(env.purge(cut)).rejects.toThrow();
    expect(await env.left('mpi.status_change_events', 'id')).toHaveLength(BATCH);
    expect(await env.counted('status_change_events')).toBe(0);
  });

  it('reports a failure when the database refuses for good, and clears the other tables', async () => {
    await env.addEvents(OLD);
    const tables = new PurgeRegistry();
    // Younger than the floor that the database keeps by itself.
    tables.add(
      oldRecords('audit_log', { days: 1, batch: BATCH }),
      oldRecords('status_change_events', keeping),
    );
    const failures: unknown[] = [];
    const job = env.jobOf(tables, { failed: (error) => failures.push(error) });
    expect(await job.help(env.run, NEVER)).toBe('failed');
    expect(failures).toMatchObject([{ code: '42501' }]);
    expect(await env.left('mpi.status_change_events', 'id')).toEqual([]);
  });
});

it('No table may be purged in two ways.', () => {
  const tables = new PurgeRegistry();
  tables.add(oldRuns(keeping));
  expect(() => tables.add(oldRuns(keeping))).toThrow('job_runs');
});
