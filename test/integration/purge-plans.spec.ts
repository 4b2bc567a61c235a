import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OldRows } from '../../src/database/old-rows';
import { oldRuns } from '../../src/jobs/purge.job';
import { oldTokens } from '../../src/mithril';
import { oldSignUps } from '../../src/persons/sign-up/registration.repository';
import { oldLocks, oldRecords } from '../../src/verifications/old-verification-rows';
import { PARTIES, PERSONS } from '../../src/verifications/subject';
import { aPerson } from '../support/builders';
import { openRegistry, type Registry } from '../support/database';

/** Enough that reading them all for one batch would show, and a batch that is few of them. */
const MANY = 20_000;
const keeping = { days: 400, batch: 100 };

const AGE = `now() - interval '1 hour' * number`;
const NUMBERS = `FROM generate_series(1, ${MANY}) AS number`;

/** Half of each is past its time. */
const FILL = [
  `INSERT INTO mpi.status_change_events (entity_type, properties, inserted_at) SELECT 'Person', '{}', ${AGE} ${NUMBERS}`,
  `INSERT INTO mpi.audit_log (resource, inserted_at) SELECT 'persons', ${AGE} ${NUMBERS}`,
  `INSERT INTO mpi.job_runs (job, tick, started_at, finished_at, status)
   SELECT 'job ' || number % 3, ${AGE}, ${AGE}, ${AGE}, 'FINISHED' ${NUMBERS}`,
  `INSERT INTO mpi.job_run_counts (run_id, worker, counter, n) SELECT id, 'w', 'taken', 1 FROM mpi.job_runs`,
  `INSERT INTO mithril.tokens (name, value_hash, expires_at) SELECT 'access_token', number, ${AGE} ${NUMBERS}`,
  `INSERT INTO mpi.verification_locks (person_id, stream, updated_at) SELECT gen_random_uuid(), 'x', ${AGE} ${NUMBERS}`,
  `INSERT INTO prm.party_verification_locks (party_id, stream, updated_at) SELECT gen_random_uuid(), 'x', ${AGE} ${NUMBERS}`,
];

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
  const personId = await aPerson().save(registry.sql);
  await registry.sql.run(
    ...FILL,
    `INSERT INTO mpi.sign_ups (content_sha256, person_id, updated_at)
     SELECT encode(sha256(number::text::bytea), 'hex'), '${personId}', ${AGE} ${NUMBERS}`,
    'ANALYZE',
  );
});
afterAll(() => registry.close());

interface Seen {
  readonly read: number;
  readonly whole: number;
}

/** How many rows of the table were read, and how often all of them, by everybody so far. */
async function seen(table: string): Promise<Seen> {
  await registry.sql.run('SELECT pg_stat_force_next_flush()');
  const [row] = await registry.sql.query<{ read: number; whole: number }>(
    {
      text: `SELECT (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read, seq_scan::int AS whole
               FROM pg_stat_user_tables WHERE relname = $1`,
    },
    [table],
  );
  return row ?? { read: 0, whole: 0 };
}

describe('One batch is found by an index, however many rows there are', () => {
  const all: readonly OldRows[] = [
    oldRuns(keeping),
    oldRecords('status_change_events', keeping),
    oldRecords('audit_log', keeping),
    oldLocks(PERSONS, keeping),
    oldLocks(PARTIES, keeping),
    oldTokens(keeping),
    oldSignUps(keeping),
  ];

  it.each(all.map((old) => [old.table, old] as const))('of %s', async (table, old) => {
    const before = await seen(table);
    const { rows, mark } = await old.removeBatch(registry.sql, null);
    expect(rows).toBe(keeping.batch);
    const after = await seen(table);
    expect(after.whole).toBe(before.whole);
    // Each is found once by its age, once more by its key, and looked at once more before it is locked.
    expect(after.read - before.read).toBeLessThanOrEqual(5 * keeping.batch);
    // From the mark on, nothing of what is gone is looked at again.
    expect((await old.removeBatch(registry.sql, mark)).rows).toBe(keeping.batch);
    expect((await seen(table)).whole).toBe(before.whole);
  });

  it('of the counts that go with their runs', async () => {
    const before = await seen('job_run_counts');
    await oldRuns(keeping).removeBatch(registry.sql, null);
    expect((await seen('job_run_counts')).whole).toBe(before.whole);
  });
});
