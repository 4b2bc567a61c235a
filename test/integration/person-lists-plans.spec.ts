import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../src/database/transactions';
import { STREAMS } from '../../src/domain/verification/stream';
import {
  ALL_UNVERIFIED,
  LISTED,
  unverifiedBy,
  UNCHECKED,
} from '../../src/verifications/person-list.repository';
import { HISTORY } from '../../src/verifications/verification-reader.service';
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
];

const BELIEVED = {
  'mpi.persons': REGISTRY,
  'mpi.person_verifications': REGISTRY,
  'mpi.audit_log': 3 * REGISTRY,
  'mpi.verification_locks': REGISTRY / 10,
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

  it('of what happened to a person', async () => {
    for (const plan of [
      await planOf(HISTORY.page, [SOMEBODY, ...PAGE]),
      await planOf(HISTORY.count, [SOMEBODY]),
    ])
      expect(plan).toContain('audit_log_resource_index');
  });
});
