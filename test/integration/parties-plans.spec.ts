import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Statement } from '../../src/database/transactions';
import { STREAMS } from '../../src/domain/verification/stream';
import {
  anybodyDue,
  claimRetries,
  claimReady,
  retryWindow,
  markParameters,
} from '../../src/verifications/claim.sql';
import { PARTY_FACTS } from '../../src/verifications/facts.repository';
import { PARTIES, PERSONS } from '../../src/verifications/subject';

const OF_PARTIES = { stream: 'dms_passport', subject: PARTIES } as const;
import { openRegistry, type Registry } from '../support/database';

/** Enough that PostgreSQL would rather not read them all; one in a hundred is due, one in a hundred waits for a retry. */
const MANY = 20_000;

const STREAM_COLUMNS = STREAMS.map((name) => `${name}_verification_status, ${name}_verification_reason`);

const FILL = [
  `INSERT INTO prm.parties (first_name) SELECT 'Остромир' FROM generate_series(1, ${MANY})`,
  `INSERT INTO prm.party_verifications (party_id, drfo_verification_status, drfo_verification_reason,
     dracs_death_verification_status, dracs_death_verification_reason, mvs_passport_verification_status,
     mvs_passport_verification_reason, dracs_name_change_verification_status, dracs_name_change_verification_reason,
     dms_passport_verification_status, dms_passport_verification_reason, dms_passport_synced_at, dms_passport_retry_at)
   SELECT id, 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO', 'VERIFIED', 'AUTO',
          CASE n % 100 WHEN 0 THEN 'VERIFICATION_NEEDED' ELSE 'VERIFIED' END,
          CASE n % 100 WHEN 0 THEN 'ONLINE_TRIGGERED' ELSE 'AUTO_VALID' END,
          CASE n % 100 WHEN 0 THEN NULL ELSE now() END, CASE n % 100 WHEN 1 THEN now() END
     FROM (SELECT id, row_number() OVER () AS n FROM prm.parties) AS one`,
  `INSERT INTO prm.party_documents (party_id, type, number) SELECT id, 'PASSPORT', 'КВ123456' FROM prm.parties`,
  `INSERT INTO mpi.persons (last_name, first_name, birth_date, birth_settlement, gender, status, inserted_by, updated_by)
   SELECT 'Верболоз', 'Зоряна', '1985-06-15', 'Калинопіль', 'FEMALE', 'active', gen_random_uuid(), gen_random_uuid()
     FROM generate_series(1, 5000)`,
  `INSERT INTO mpi.person_verifications (person_id, dms_passport_synced_at, ${STREAM_COLUMNS.join(', ')})
   SELECT id, now(), ${STREAMS.map(() => `'VERIFIED', 'AUTO'`).join(', ')} FROM mpi.persons`,
  `VACUUM (ANALYZE) mpi.person_verifications`,
  `VACUUM (ANALYZE) prm.parties`,
  `VACUUM (ANALYZE) prm.party_verifications`,
  `VACUUM (ANALYZE) prm.party_documents`,
];

let registry: Registry;
const runId = randomUUID();

beforeAll(async () => {
  registry = await openRegistry();
  await registry.sql.run(
    ...FILL,
    `INSERT INTO mpi.job_runs (id, job, started_at, status) VALUES ('${runId}', 'some-job', now(), 'RUNNING')`,
    // As a connection does it that has sent the statement many times: planned once, for whatever is asked.
    `SET plan_cache_mode = force_generic_plan`,
  );
});
afterAll(() => registry.close());

async function planOf({ text }: Statement, values: readonly unknown[]): Promise<string> {
  await registry.sql.run('BEGIN', `PREPARE asked AS ${text}`);
  const rows = await registry.sql.query({
    text: `EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF, COSTS OFF, BUFFERS OFF) EXECUTE asked (${values.map(literal).join(', ')})`,
  });
  await registry.sql.run('ROLLBACK', 'DEALLOCATE asked');
  return rows.map((row) => Object.values(row).join('')).join('\n');
}

const literal = (value: unknown): string =>
  Array.isArray(value) ? `'{${value.join(',')}}'` : `'${String(value)}'`;

const claimant = (): unknown[] => [
  randomUUID(),
  runId,
  'dms_passport',
  'one',
  60,
  '2021-01-01',
  randomUUID(),
];

/** Reading more than the batch, or putting it in order first. */
const READS_ALL =
  /(Seq|Bitmap Heap) Scan on (party_verifications|party_documents|parties|person_verifications)/;

describe('The statements about parties read an index from its head, however many parties there are', () => {
  it('the claim: each branch its own index, and no more entries than are taken', async () => {
    const plan = await planOf(claimReady(OF_PARTIES, 50), [...claimant(), ...markParameters([])]);
    expect(plan).not.toMatch(READS_ALL);
    const branches = [
      'online_never',
      'online_synced',
      'needed_never',
      'needed_synced',
      'verified_never',
      'verified_synced',
    ];
    for (const branch of branches) expect(plan).toContain(`party_verifications_dms_passport_${branch}_index`);
    expect(plan).toMatch(
      /party_verifications_dms_passport_online_never_index.*actual rows=50(\.00)? loops=1/,
    );
  });

  it('the claim of those who waited, and the window of those who wait', async () => {
    const window = retryWindow(OF_PARTIES, 100);
    const start = ['-infinity', '00000000-0000-0000-0000-000000000000', false, runId, 'dms_passport'];
    const plan = await planOf(window, start);
    expect(plan).toContain('party_verifications_dms_passport_retry_index');
    expect(plan).not.toMatch(READS_ALL);
    const [party] = await registry.sql.query<{ id: string }>({ text: 'SELECT id FROM prm.parties LIMIT 1' });
    const listed = [...claimant(), [party?.id], ['2021-01-01']];
    expect(await planOf(claimRetries(OF_PARTIES), listed)).not.toMatch(READS_ALL);
  });

  it.each([
    ['parties', PARTIES],
    ['persons', PERSONS],
  ])('the look for anybody of the %s who is due, although nobody is', async (_whom, subject) => {
    expect(await planOf(anybodyDue({ stream: 'dms_passport', subject }), ['2021-01-01'])).not.toMatch(
      READS_ALL,
    );
  });

  it('the facts about those who were taken', async () => {
    const parties = await registry.sql.query<{ id: string }>({ text: 'SELECT id FROM prm.parties LIMIT 50' });
    const plan = await planOf(PARTY_FACTS, [parties.map(({ id }) => id)]);
    expect(plan).toContain('party_documents_party_id_index');
    expect(plan).not.toContain('Seq Scan');
  });
});
