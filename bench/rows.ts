import type { Client } from 'pg';
import { OTHER_STREAM_COLUMNS, OTHER_STREAM_VALUES } from './other-streams';

const ACTOR = `'00000000-0000-4000-8000-000000000001'`;

/** Persons with a passport booklet, all of them checked just now: `makeDue` decides how many a run finds. */
export async function fillWorld(client: Client, persons: number): Promise<void> {
  // Nobody changes an activity or breaks a reference here; checking each row would double the time.
  await client.query(`SET session_replication_role = replica`);
  await client.query(`SELECT setseed(0.42)`);
  await client.query(`
    INSERT INTO mpi.persons (first_name, last_name, birth_date, birth_settlement, gender, status, is_active,
                             verification_status, inserted_by, updated_by)
    SELECT 'Зоряна', 'Верболоз', date '1950-01-01' + n % 20000, 'Калинопіль', 'FEMALE', 'active', true,
           'VERIFIED', ${ACTOR}, ${ACTOR}
      FROM generate_series(1, ${persons}) AS n`);
  await withoutIndexes(client, 'mpi.person_documents', () =>
    client.query(`
      INSERT INTO mpi.person_documents (person_id, type, number, issued_at)
      SELECT id, 'PASSPORT', 'КВ' || lpad((row_number() OVER ())::text, 6, '0'), date '2005-01-01'
        FROM mpi.persons`),
  );
  await withoutIndexes(client, 'mpi.person_verifications', () =>
    client.query(`
      INSERT INTO mpi.person_verifications (person_id, ${OTHER_STREAM_COLUMNS}, dms_passport_verification_status,
                  dms_passport_verification_reason, dms_passport_data_status, dms_passport_synced_at)
      SELECT id, ${OTHER_STREAM_VALUES}, 'VERIFIED', 'AUTO_VALID', 0, now() FROM mpi.persons`),
  );
  await client.query(`SET session_replication_role = origin`);
  await client.query(`VACUUM (ANALYZE)`);
}

/**
 * Lets so many verified persons be due: 15 % need a first check, half of them were never asked, and the others were
 * asked longer ago than the period. `shift` spreads them over a year in random order.
 */
export async function makeDue(client: Client, persons: number): Promise<void> {
  await client.query(
    `WITH chosen AS (
       SELECT person_id, random() AS luck FROM mpi.person_verifications
        WHERE dms_passport_verification_status = 'VERIFIED' AND dms_passport_synced_at > now() - interval '30 days'
        LIMIT $1),
     reset AS (
       UPDATE mpi.person_verifications AS v
          SET dms_passport_verification_status = CASE WHEN luck < 0.15 THEN 'VERIFICATION_NEEDED' ELSE 'VERIFIED' END,
              dms_passport_verification_reason = CASE WHEN luck < 0.15 THEN 'ONLINE_TRIGGERED' ELSE 'AUTO_VALID' END,
              dms_passport_synced_at = CASE WHEN luck >= 0.075
                THEN now() - interval '300 days' - random() * interval '365 days' END
         FROM chosen WHERE v.person_id = chosen.person_id
       RETURNING v.person_id, luck)
     UPDATE mpi.persons SET verification_status = 'VERIFICATION_NEEDED'
       FROM reset WHERE id = reset.person_id AND luck < 0.15`,
    [persons],
  );
  await client.query(`VACUUM (ANALYZE) mpi.person_verifications`);
}

/**
 * Verification rows alone, for the selection, which reads nothing else. 15 % need a check, half of them were never
 * asked; the others were asked within the last 400 days. At the head of each index are, were they in it, 5 %
 * inactive persons and 5 % who wait for a retry.
 */
export async function fillSelection(client: Client, rows: number): Promise<void> {
  await client.query(`SET session_replication_role = replica`);
  await client.query(`SET synchronous_commit = off`);
  await withoutIndexes(client, 'mpi.person_verifications', () =>
    client.query(`
      INSERT INTO mpi.person_verifications (person_id, ${OTHER_STREAM_COLUMNS}, dms_passport_verification_status,
                  dms_passport_verification_reason, dms_passport_synced_at, person_is_active, dms_passport_retry_at)
      SELECT CASE WHEN place < 0.1 THEN overlay(id::text PLACING '00000' FROM 1)::uuid ELSE id END, ${OTHER_STREAM_VALUES},
             CASE WHEN luck < 0.15 THEN 'VERIFICATION_NEEDED' ELSE 'VERIFIED' END,
             CASE WHEN luck >= 0.15 THEN 'AUTO_VALID' WHEN luck < 0.10 THEN 'ONLINE_TRIGGERED' ELSE 'INITIAL' END,
             CASE WHEN luck >= 0.15 OR part < 0.5 THEN
               CASE WHEN place < 0.1 THEN now() - interval '401 days' ELSE now() - age * interval '400 days' END END,
             place >= 0.05,
             CASE WHEN place >= 0.05 AND place < 0.1 THEN now() + interval '6 hours' END
        FROM (SELECT gen_random_uuid() AS id, random() AS luck, random() AS part, random() AS place, random() AS age
                FROM generate_series(1, ${rows})) AS made`),
  );
  await client.query(`VACUUM (ANALYZE) mpi.person_verifications`);
}

/** The end of a sweep: everybody who needed a check has been checked. */
export async function finishSelection(client: Client): Promise<void> {
  await client.query(`
    UPDATE mpi.person_verifications
       SET dms_passport_verification_status = 'VERIFIED', dms_passport_verification_reason = 'AUTO_VALID',
           dms_passport_synced_at = now()
     WHERE dms_passport_verification_status = 'VERIFICATION_NEEDED' AND person_is_active
       AND dms_passport_retry_at IS NULL`);
  await client.query(`VACUUM (ANALYZE) mpi.person_verifications`);
}

/**
 * Loads into a table without its indexes and builds them over the finished rows, which takes a fraction of the time. A
 * key that other tables refer to stays.
 */
export async function withoutIndexes(
  client: Client,
  table: string,
  load: () => Promise<unknown>,
): Promise<void> {
  const { rows } = await client.query<{ drop: string; make: string }>(
    `SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drop,
            format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS make
       FROM pg_constraint AS key WHERE conrelid = $1::regclass AND contype IN ('p', 'u')
        AND NOT EXISTS (SELECT FROM pg_constraint AS f WHERE f.contype = 'f' AND f.conindid = key.conindid)
     UNION ALL
     SELECT format('DROP INDEX %s', indexrelid::regclass), pg_get_indexdef(indexrelid)
       FROM pg_index WHERE indrelid = $1::regclass
        AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
    [table],
  );
  for (const { drop } of rows) await client.query(drop);
  await load();
  for (const { make } of rows) await client.query(make);
}
