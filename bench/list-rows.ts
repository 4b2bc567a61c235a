import type { Client } from 'pg';
import { STREAMS } from '../src/domain/verification/stream';
import { withoutIndexes } from './rows';

const ACTOR = `'00000000-0000-4000-8000-000000000001'`;

const columns = STREAMS.map((stream) => `${stream}_verification_status, ${stream}_verification_reason`).join(
  ', ',
);
const values = STREAMS.map((stream) =>
  stream === 'dms_passport'
    ? `CASE WHEN p.verification_status = 'VERIFIED' THEN 'VERIFIED' ELSE 'NOT_VERIFIED' END, 'AUTO_NOT_VALID'`
    : `'VERIFIED', 'AUTO'`,
).join(', ');

/**
 * Persons as a list of officials meets them: one in a hundred is not verified, because of one register, and one in ten
 * has three entries in the audit log.
 */
export async function fillLists(client: Client, persons: number): Promise<void> {
  await client.query(`SET session_replication_role = replica`);
  await client.query(`SET synchronous_commit = off`);
  await dropOthers(client);
  // In the order of their ids, so that the key, which stays, grows at its end only.
  await withoutIndexes(client, 'mpi.persons', () =>
    client.query(`
      INSERT INTO mpi.persons (id, first_name, last_name, birth_date, birth_settlement, gender, status, is_active,
                               verification_status, inserted_by, updated_by)
      SELECT id, 'Зоряна', 'Верболоз', date '1926-01-01' + n % 36500, 'Калинопіль', 'FEMALE', 'active', true,
             CASE n % 100 WHEN 0 THEN 'CHANGES_NEEDED' ELSE 'VERIFIED' END, ${ACTOR}, ${ACTOR}
        FROM (SELECT gen_random_uuid() AS id, n FROM generate_series(1, ${persons}) AS n ORDER BY 1) AS made`),
  );
  await withoutIndexes(client, 'mpi.person_verifications', () =>
    client.query(`
      INSERT INTO mpi.person_verifications (person_id, ${columns}) SELECT p.id, ${values} FROM mpi.persons AS p`),
  );
  await withoutIndexes(client, 'mpi.audit_log', () =>
    client.query(`
      INSERT INTO mpi.audit_log (resource, resource_id, "row", inserted_at)
      SELECT 'person_verifications', p.id, 'S6', now() - times * interval '270 days'
        FROM (SELECT id FROM mpi.persons TABLESAMPLE SYSTEM (10) REPEATABLE (1)) AS p, generate_series(1, 3) AS times`),
  );
  await client.query(`VACUUM (ANALYZE) mpi.persons, mpi.person_verifications, mpi.audit_log`);
}

/** No list reads the indexes of searches and selections, and each takes as long to build as the rows themselves. */
async function dropOthers(client: Client): Promise<void> {
  const { rows } = await client.query<{ drop: string }>(
    `SELECT format('DROP INDEX %s', indexrelid::regclass) AS drop FROM pg_index AS i
      WHERE indrelid IN ('mpi.persons'::regclass, 'mpi.person_verifications'::regclass) AND NOT indisunique
        AND indexrelid::regclass::text !~ '(_listed_index|persons_verification_status_index|persons_unverified_index)$'`,
  );
  for (const { drop } of rows) await client.query(drop);
}
