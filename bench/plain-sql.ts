import { randomUUID } from 'node:crypto';
import { Client } from 'pg';

/**
 * What PostgreSQL can do with the rows of a claim and its completion when nothing else is asked of it: no documents,
 * no records, no counts, no order of branches. The person's row and the lock row are written as the program does.
 */
const CLAIM = (batch: number): string => `
  WITH picked AS MATERIALIZED (
    SELECT person_id, dms_passport_verification_status AS status, dms_passport_verification_reason AS reason
      FROM mpi.person_verifications
     WHERE dms_passport_verification_status = 'VERIFIED' AND dms_passport_retry_at IS NULL AND person_is_active
       AND dms_passport_synced_at IS NOT NULL AND dms_passport_synced_at <= $1::timestamptz
     ORDER BY dms_passport_synced_at, person_id LIMIT ${batch} FOR UPDATE SKIP LOCKED),
  locked AS (
    INSERT INTO mpi.verification_locks (person_id, stream, claim_id, status_before, reason_before)
    SELECT person_id, 'dms_passport', $2::uuid, status, reason FROM picked)
  UPDATE mpi.person_verifications AS v
     SET dms_passport_verification_status = 'IN_REVIEW', dms_passport_verification_reason = 'AUTO', updated_at = now()
    FROM picked WHERE v.person_id = picked.person_id
  RETURNING v.person_id`;

const COMPLETE = `
  WITH done AS (
    UPDATE mpi.person_verifications AS v
       SET dms_passport_verification_status = 'VERIFIED', dms_passport_verification_reason = 'AUTO_VALID',
           dms_passport_data_status = 0, dms_passport_synced_at = now(), updated_at = now()
      FROM unnest($1::uuid[]) AS d (person_id)
      JOIN mpi.verification_locks AS l
        ON l.person_id = d.person_id AND l.stream = 'dms_passport' AND l.claim_id = $2::uuid
     WHERE v.person_id = d.person_id AND v.dms_passport_verification_status = 'IN_REVIEW'
    RETURNING v.person_id)
  DELETE FROM mpi.verification_locks AS l USING done WHERE l.person_id = done.person_id AND l.stream = 'dms_passport'`;

/** So far ahead that everybody is always due. */
const THRESHOLD = '2100-01-01';

export interface PlainTerms {
  readonly clients: number;
  readonly batch: number;
  readonly seconds: number;
}

/** C_db, and with batches of one C_one: persons a second. */
export async function plainSql(url: string, { clients, batch, seconds }: PlainTerms): Promise<number> {
  const startedAtMs = performance.now();
  const untilMs = startedAtMs + seconds * 1000;
  const done = await Promise.all(
    Array.from({ length: clients }, () => claimAndComplete(url, batch, untilMs)),
  );
  return done.reduce((sum, n) => sum + n, 0) / ((performance.now() - startedAtMs) / 1000);
}

async function claimAndComplete(url: string, batch: number, untilMs: number): Promise<number> {
  const client = new Client(url);
  await client.connect();
  let done = 0;
  try {
    while (performance.now() < untilMs) {
      const claimId = randomUUID();
      const claim = { name: 'claim', text: CLAIM(batch), values: [THRESHOLD, claimId] };
      const { rows } = await client.query<{ person_id: string }>(claim);
      const personIds = rows.map((row) => row.person_id);
      await client.query({ name: 'complete', text: COMPLETE, values: [personIds, claimId] });
      done += rows.length;
    }
  } finally {
    await client.end();
  }
  return done;
}
