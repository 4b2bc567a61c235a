import type { Statement } from '../database/transactions';
import type { RegisterStreamName } from '../domain/verification/stream';
import { anybodyDueSql, countDueSql, selectionSql } from './selection';
import { type Checked, PERSONS } from './subject';

/**
 * A claim in one statement: pick and lock people, take them for review (S3), write claim and lock rows, count.
 * $1 claim, $2 run, $3 stream, $4 worker, $5 lease in seconds, $6 threshold, $7 actor, then the marks or the ids.
 * The run's row is locked for reading, so that nobody is claimed for a run that is just being ended.
 */
function claimSql({ stream, subject }: Checked, picked: string): string {
  const { id } = subject;
  return `
  WITH running AS MATERIALIZED (
    SELECT id FROM mpi.job_runs WHERE id = $2::uuid AND status = 'RUNNING' FOR SHARE),
  ${picked},
  claimed AS (
    INSERT INTO mpi.verification_claims (id, run_id, stream, subject, worker, taken_at, lease_until)
    SELECT $1::uuid, $2::uuid, $3::varchar, '${subject.name}', $4::varchar, now(), now() + make_interval(secs => $5)
     WHERE EXISTS (SELECT FROM picked)),
  reviewed AS (
    UPDATE ${subject.verifications} AS v
       SET ${stream}_verification_status = 'IN_REVIEW', ${stream}_verification_reason = 'AUTO',
           ${stream}_retry_at = NULL, updated_at = now(), updated_by = $7::uuid
      FROM picked WHERE v.${id} = picked.${id}),
  locked AS (
    INSERT INTO ${subject.locks} AS l (${id}, stream, claim_id, status_before, reason_before)
    SELECT ${id}, $3::varchar, $1::uuid, status, reason FROM picked ORDER BY ${id}
    ON CONFLICT (${id}, stream) DO UPDATE
      SET claim_id = excluded.claim_id, status_before = excluded.status_before,
          reason_before = excluded.reason_before, updated_at = now()
    RETURNING ${id}, attempts),
  counted AS (
    INSERT INTO mpi.job_run_counts AS c (run_id, worker, counter, n)
    SELECT $2::uuid, $4::varchar, counter, n
      FROM (VALUES ('batches', 1::bigint), ('taken', (SELECT count(*) FROM picked))) AS given (counter, n)
     WHERE EXISTS (SELECT FROM picked)
    ON CONFLICT (run_id, worker, counter) DO UPDATE SET n = c.n + excluded.n, updated_at = now())
  SELECT picked.${id} AS id, picked.synced_at::text AS synced_at, picked.branch, locked.attempts,
         extract(epoch FROM clock_timestamp()) * 1000 AS now_ms
    FROM picked JOIN locked USING (${id})
   ORDER BY picked.branch, picked.synced_at, picked.${id}`;
}

/** Claims from the branches of people who wait for nothing. */
export function claimReady(stream: RegisterStreamName, size: number, subject = PERSONS): Statement {
  const checked = { stream, subject };
  return {
    name: `claim_ready_${stream}_${size}${subject.suffix}`,
    text: claimSql(checked, selectionSql(checked, size)),
  };
}

/**
 * Claims people of a window of retries: $8 are their ids, $9 their waits as the window saw them. $6 is the threshold.
 * The window is older than the claim: whoever was tried since then, under another worker, waits anew and is passed over.
 * The wait stands in the row that is locked, so it is looked at as it is and not as the statement first saw it.
 */
export function claimListed(stream: RegisterStreamName, subject = PERSONS): Statement {
  const { id } = subject;
  const picked = `picked AS MATERIALIZED (
    SELECT v.${id}, v.${stream}_verification_status AS status, v.${stream}_verification_reason AS reason,
           v.${stream}_synced_at AS synced_at, 0 AS branch
      FROM ${subject.verifications} AS v
     WHERE v.${id} = ANY ($8::uuid[]) AND EXISTS (SELECT FROM running)
       AND v.${stream}_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')
       AND v.${stream}_retry_at = ($9::timestamptz[])[array_position($8::uuid[], v.${id})]
       AND v.${subject.active}
       AND (v.${stream}_synced_at IS NULL OR v.${stream}_synced_at <= $6::timestamptz)
     ORDER BY v.${stream}_synced_at NULLS FIRST, v.${id} FOR UPDATE SKIP LOCKED)`;
  return {
    name: `claim_listed_${stream}${subject.suffix}`,
    text: claimSql({ stream, subject }, picked),
  };
}

/**
 * The next people whose wait is over, oldest wait first, behind a mark.
 * $1 and $2 the mark, $3 whether the wait is ignored, $4 the run, $5 the stream.
 * Whoever failed in this very run is passed over; he stands before the mark and is not met again.
 */
export function retryWindow(stream: RegisterStreamName, size: number, subject = PERSONS): Statement {
  const { id } = subject;
  return {
    name: `retry_window_${stream}_${size}${subject.suffix}`,
    text: `
    SELECT v.${id} AS id, v.${stream}_retry_at::text AS retry_at, v.${stream}_synced_at::text AS synced_at,
           coalesce(l.tried_in_run = $4::uuid, false) AS tried
      FROM ${subject.verifications} AS v
      LEFT JOIN ${subject.locks} AS l ON l.${id} = v.${id} AND l.stream = $5::varchar
     WHERE v.${stream}_retry_at IS NOT NULL AND v.${subject.active}
       AND v.${stream}_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')
       AND (v.${stream}_retry_at, v.${id}) > ($1::timestamptz, $2::uuid)
       AND ($3::boolean OR v.${stream}_retry_at <= now())
     ORDER BY v.${stream}_retry_at, v.${id} LIMIT ${size}`,
  };
}

/**
 * What the streams may know of parties, in the columns of `FACTS_OF`. Their documents have no dates: of several
 * passports the one with the smallest id is asked about, since nothing else tells them apart.
 */
export const PARTY_FACTS_OF: Statement = {
  name: 'facts_of_parties',
  text: `
    SELECT p.id AS person_id, coalesce(p.last_name, '') AS last_name, coalesce(p.first_name, '') AS first_name,
           p.second_name, coalesce(p.birth_date::text, '') AS birth_date, NULL AS unzr,
           d.id, d.type, d.number, NULL AS issued_at, NULL AS expiration_date
      FROM prm.parties AS p
      LEFT JOIN prm.party_documents AS d ON d.party_id = p.id AND d.party_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/**
 * What the streams may know of persons: one row a document, and one without for who has none. The ids are named twice,
 * since the planner does not carry a list over from one table to the other, and would read all documents.
 */
export const FACTS_OF: Statement = {
  name: 'facts_of_persons',
  text: `
    SELECT p.id AS person_id, p.last_name, p.first_name, p.second_name, p.birth_date::text AS birth_date, p.unzr,
           d.id, d.type, d.number, d.issued_at::text AS issued_at, d.expiration_date::text AS expiration_date
      FROM mpi.persons AS p
      LEFT JOIN mpi.person_documents AS d ON d.person_id = p.id AND d.person_id = ANY ($1::uuid[])
     WHERE p.id = ANY ($1::uuid[])`,
};

/** Whether anybody is due who waits for nothing. $1 is the threshold. */
export function anybodyDue(stream: RegisterStreamName, subject = PERSONS): Statement {
  return { name: `anybody_due_${stream}${subject.suffix}`, text: anybodyDueSql({ stream, subject }) };
}

/** How many are due who wait for nothing. $1 is the threshold. */
export function countDue(stream: RegisterStreamName, subject = PERSONS): Statement {
  return { name: `count_due_${stream}${subject.suffix}`, text: countDueSql({ stream, subject }) };
}
