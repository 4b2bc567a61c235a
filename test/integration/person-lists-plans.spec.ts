import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement, Transactions } from '../../src/database/transactions';
import { STREAMS } from '../../src/domain/verification/stream';
import {
  ALL_UNVERIFIED,
  LISTED,
  unverifiedBy,
  UNCHECKED,
} from '../../src/verifications/person-list.repository';
import { ACTORS, HISTORY, STORED_ANSWERS } from '../../src/verifications/verification-history.service';
import { LISTED_STREAMS } from '../../src/verifications/work-list.service';
import { countDue } from '../../src/verifications/claim.sql';
import { backlogOf } from '../../src/verifications/overview/backlog.repository';
import { FAILED_RUNS, RUNNING_RUNS, RunProgressRepository } from '../../src/jobs/run-progress.repository';
import { RegisterStateRepository } from '../../src/mvs-trembita';
import { PARTIES, PERSONS } from '../../src/verifications/subject';
import { pretendRowCount } from '../support/sql-session';
import { openRegistry, type Registry } from '../support/database';

/** Enough that PostgreSQL would rather not read them all; one in a hundred waits for somebody. */
const MANY = 20_000;

/** As many persons as a registry of the size has; each with three changes in the audit log. */
const REGISTRY = 5_000_000;

const STREAM_COLUMNS = STREAMS.map((name) => `${name}_verification_status, ${name}_verification_reason`);
const STATES = STREAMS.map(
  () => `CASE WHEN p.verification_status = 'VERIFIED' THEN 'VERIFIED' ELSE 'NOT_VERIFIED' END, 'AUTO'`,
);

const FILL = [
  `INSERT INTO mpi.persons (last_name, first_name, birth_date, birth_settlement, gender, status, verification_status,
     inserted_by, updated_by)
   SELECT 'Верболоз', 'Зоряна', '1985-06-15', 'Калинопіль', 'FEMALE', 'active',
          CASE n % 100 WHEN 0 THEN 'CHANGES_NEEDED' ELSE 'VERIFIED' END, gen_random_uuid(), gen_random_uuid()
     FROM generate_series(1, ${MANY}) AS n`,
  `INSERT INTO mpi.person_verifications (person_id, ${STREAM_COLUMNS.join(', ')})
   SELECT p.id, ${STATES.join(', ')} FROM mpi.persons AS p`,
  `INSERT INTO mpi.verification_locks (person_id, stream, attempts, last_error_kind)
   SELECT person_id, 'dms_passport', CASE WHEN random() < 0.02 THEN 10 ELSE 1 END, 'timeout'
     FROM mpi.person_verifications LIMIT ${MANY / 10}`,
  `INSERT INTO mpi.audit_log (resource, resource_id, "row")
   SELECT 'person_verifications', p.id, 'S6' FROM mpi.persons AS p, generate_series(1, 3)`,
  ...['dms', 'mvs'].map(
    (register) => `INSERT INTO mimir.${register}_passport_data (pass_type, pas_serial, pas_number, pas_status)
   SELECT '0101', 'АА', n::varchar, 1 FROM generate_series(1, ${MANY / 10}) AS n`,
  ),
  `INSERT INTO mimir.unzr_data (unzr, family_name, given_name, date_birth, status)
   SELECT n::varchar, 'Верболоз', 'Зоряна', '1985-06-15', 1 FROM generate_series(1, ${MANY / 10}) AS n`,
  `INSERT INTO mithril.users (tax_id) SELECT n::varchar FROM generate_series(1, ${MANY / 10}) AS n`,
  `INSERT INTO prm.parties (tax_id, last_name) SELECT n::varchar, 'Гнат' FROM generate_series(1, ${MANY / 10}) AS n`,
  `INSERT INTO mpi.job_runs (job, status, started_at, finished_at)
   SELECT 'dms-passport-persons', 'FINISHED', now() - n * interval '1 hour', now() - n * interval '1 hour'
     FROM generate_series(1, 5000) AS n`,
  `INSERT INTO mpi.job_run_counts (run_id, worker, counter, n)
   SELECT id, 'w', 'counter ' || n, 1 FROM mpi.job_runs, generate_series(1, 4) AS n`,
  `INSERT INTO mpi.job_run_samples (run_id, sampled_at, done)
   SELECT id, now(), 1 FROM mpi.job_runs, generate_series(1, 4)`,
  `INSERT INTO prm.party_verifications (party_id, drfo_verification_status, drfo_verification_reason,
     dracs_death_verification_status, dracs_death_verification_reason, mvs_passport_verification_status,
     mvs_passport_verification_reason, dracs_name_change_verification_status, dracs_name_change_verification_reason,
     dms_passport_verification_status, dms_passport_verification_reason, dms_passport_synced_at)
   SELECT id, 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', now()
     FROM prm.parties`,
  `INSERT INTO prm.party_verification_locks (party_id, stream, attempts, last_error_kind)
   SELECT id, 'dms_passport', 1, 'timeout' FROM prm.parties LIMIT ${MANY / 100}`,
  `INSERT INTO mimir.register_call_counts (method, period, second, calls, failures)
   SELECT method, 0, now() - n * interval '1 second', 1, 0
     FROM unnest(ARRAY['CheckPassportDMSStatus', 'CheckPassportStatus', 'checkunzr', 'unzr']) AS method,
          generate_series(1, 2000) AS n`,
  `ANALYZE mpi.job_runs`,
  `ANALYZE mpi.job_run_samples`,
  `ANALYZE mimir.register_call_counts`,
  `ANALYZE mpi.job_run_counts`,
];

const BELIEVED = {
  'mpi.persons': REGISTRY,
  'mpi.person_verifications': REGISTRY,
  'mpi.audit_log': 3 * REGISTRY,
  'mpi.verification_locks': REGISTRY / 10,
  'mimir.dms_passport_data': REGISTRY,
  'mimir.mvs_passport_data': REGISTRY,
  'mimir.unzr_data': REGISTRY,
  'mithril.users': REGISTRY,
  'prm.parties': REGISTRY / 10,
  'prm.party_verifications': REGISTRY / 10,
} as const;

let registry: Registry;

beforeAll(async () => {
  registry = await openRegistry();
  await registry.sql.run(...FILL);
  for (const [table, rows] of Object.entries(BELIEVED)) await pretendRowCount(registry.sql, table, rows);
  // As a connection does it that has sent the statement many times: planned once, for whatever is asked.
  await registry.sql.run(`SET plan_cache_mode = force_generic_plan`);
});
afterAll(() => registry.close());

async function planOf({ text }: Statement, values: readonly string[]): Promise<string> {
  await registry.sql.run(`PREPARE asked AS ${text}`);
  const given = values.length === 0 ? '' : `(${values.join(', ')})`;
  const rows = await registry.sql.query({ text: `EXPLAIN EXECUTE asked${given}` });
  await registry.sql.run('DEALLOCATE asked');
  return rows.map((row) => Object.values(row).join('')).join('\n');
}

const READS_ALL = /Seq Scan|Bitmap Heap Scan/;
const INDEX_ONLY = /Index Only Scan/;
const PAGE = ['50', '100'];
const SOMEBODY = `'99999999-9999-4999-8999-999999999999'`;

describe('The planner', () => {
  it('believes in five million persons', async () => {
    const plan = await planOf({ text: 'SELECT FROM mpi.persons' }, []);
    expect(Number(/rows=(\d+)/.exec(plan)?.[1])).toBeGreaterThan(0.99 * REGISTRY);
  });
});

describe('No list of five million persons reads a whole table, nor sorts one', () => {
  it('of persons', async () => {
    const plan = await planOf(LISTED.all.page, PAGE);
    expect(plan).not.toMatch(READS_ALL);
    expect(plan).not.toContain('Sort');
    for (const count of [LISTED.all.count, LISTED.all.countShort])
      expect(await planOf(count, [])).toMatch(INDEX_ONLY);
  });

  it('of persons of one status', async () => {
    const plan = await planOf(LISTED.ofStatus.page, [`'CHANGES_NEEDED'`, ...PAGE]);
    expect(plan).toContain('Index Only Scan using persons_verification_status_index');
    expect(plan).not.toContain('Sort');
    expect(await planOf(LISTED.ofStatus.count, [`'CHANGES_NEEDED'`])).toMatch(INDEX_ONLY);
  });

  it('of the unverified', async () => {
    const plan = await planOf(ALL_UNVERIFIED.page, PAGE);
    expect(plan).toContain('Index Only Scan using persons_unverified_index');
    expect(plan).not.toContain('Sort');
    expect(await planOf(ALL_UNVERIFIED.count, [])).toMatch(INDEX_ONLY);
  });

  it.each(STREAMS)('of those whose stream %s is refuted', async (stream) => {
    for (const anyReason of [true, false]) {
      const list = unverifiedBy(stream, { status: 'NOT_VERIFIED', anyReason });
      const reason = anyReason ? [] : [`'AUTO'`];
      for (const plan of [await planOf(list.page, [...reason, ...PAGE]), await planOf(list.count, reason)]) {
        expect(plan).not.toMatch(READS_ALL);
        expect(plan).toContain(`Index Only Scan using person_verifications_${stream}_listed_index`);
      }
    }
  });

  it.each([
    ['all', UNCHECKED.all, []],
    ['one stream', UNCHECKED.ofStream, [`'dms_passport'`]],
  ])('of those who cannot be checked, of %s', async (_, list, stream) => {
    for (const plan of [await planOf(list.page, [...stream, ...PAGE]), await planOf(list.count, stream)]) {
      expect(plan).toContain('verification_locks_cannot_be_checked_index');
      expect(plan).not.toMatch(/Seq Scan/);
    }
  });

  it.each([
    ['one kind of error', UNCHECKED.ofError, [`'timeout'`]],
    ['one stream and kind of error', UNCHECKED.ofBoth, [`'dms_passport'`, `'timeout'`]],
  ])('of those who cannot be checked, of %s', async (_, list, filter) => {
    for (const plan of [await planOf(list.page, [...filter, ...PAGE]), await planOf(list.count, filter)]) {
      expect(plan).toContain('verification_locks_cannot_be_checked_kind_index');
      expect(plan).not.toMatch(/Seq Scan/);
    }
    expect(await planOf(list.page, [...filter, ...PAGE])).not.toContain('Sort');
  });

  it('of the names and streams of one page', async () => {
    const plan = await planOf(LISTED_STREAMS, [`ARRAY[${SOMEBODY}]::uuid[]`]);
    expect(plan).toContain('persons_pkey');
    expect(plan).toContain('person_verifications_person_id_key');
    expect(plan).not.toMatch(/Seq Scan|Sort/);
  });

  it('of what happened to a person', async () => {
    for (const plan of [
      await planOf(HISTORY.page, [SOMEBODY, ...PAGE]),
      await planOf(HISTORY.count, [SOMEBODY]),
    ])
      expect(plan).toContain('audit_log_resource_index');
    expect(await planOf(STORED_ANSWERS, [SOMEBODY])).not.toMatch(/Seq Scan/);
    const names = await planOf(ACTORS, [`ARRAY[${SOMEBODY}]::uuid[]`]);
    expect(names).toContain('parties_tax_id_index');
    expect(names).not.toMatch(/Seq Scan/);
  });
});

describe('The overview of five million persons', () => {
  const JOBS_AND_COUNTERS = [`'{dms-passport-persons}'`, `'{verified,refuted}'`];

  it('finds the running runs, their counters and the failed ones by indexes', async () => {
    const plan = await planOf(RUNNING_RUNS, JOBS_AND_COUNTERS);
    expect(plan).toContain('job_runs_running_key');
    expect(plan).toContain('job_run_counts_run_id_worker_counter_key');
    expect(plan).toContain('job_run_samples_run_id_index');
    expect(plan).not.toMatch(/Seq Scan/);
    expect(await planOf(FAILED_RUNS, [])).toContain('job_runs_started_at_index');
  });

  it('reads the speed of the running runs from their samples alone', async () => {
    const progress = await statementOf((sql) => new RunProgressRepository(sql).rates());
    const plan = await planOf(progress, [`'{dms-passport-persons}'`]);
    expect(plan).toContain('job_runs_running_key');
    expect(plan).toContain('job_run_samples_run_id_index');
    expect(plan).not.toMatch(/Seq Scan/);
  });

  it('reads the calls of the last half minute by the key of their method', async () => {
    const state = await statementOf((sql) => new RegisterStateRepository(sql, unused).read());
    const plan = await planOf(state, [`'{CheckPassportDMSStatus,checkunzr}'`]);
    expect(plan).toContain('register_call_counts_method_period_second_key');
    expect(plan).not.toMatch(/Seq Scan on register_call_counts|persons|verification/);
  });

  it.each([
    ['persons', PERSONS, 'verification_locks', /persons|person_verifications/],
    ['parties', PARTIES, 'party_verification_locks', /parties|party_verifications/],
  ])('counts which %s are claimed or wait in the locks alone', async (_, subject, locks, others) => {
    const plan = await planOf(backlogOf(subject), []);
    expect(plan).toContain(locks);
    expect(plan).not.toMatch(others);
  });

  it.each([
    ['persons', 'dms_passport', PERSONS],
    ['persons', 'mvs_passport', PERSONS],
    ['persons', 'unzr', PERSONS],
    ['parties', 'dms_passport', PARTIES],
  ] as const)('counts which %s are due of %s in indexes', async (_, stream, subject) => {
    const plan = await planOf(countDue({ stream, subject }), [`'2026-03-02T00:00:00Z'`]);
    expect(plan).not.toMatch(READS_ALL);
    expect(plan).toMatch(INDEX_ONLY);
  });
});

/** The one statement that a repository sends. */
async function statementOf(ask: (sql: Transactions) => Promise<unknown>): Promise<Statement> {
  const sent: Statement[] = [];
  const query = async (statement: Statement): Promise<[]> => (sent.push(statement), []);
  await ask({ query } as unknown as Transactions);
  const [statement] = sent;
  if (statement === undefined) throw new Error('The repository has sent nothing.');
  return statement;
}

/** What reading does not use. */
const unused = {} as never;
