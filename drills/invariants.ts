import type { Books } from './books';

/** A promise about the tables that holds at every moment; the statement counts who breaks it. $1 is when the drill began. */
interface Invariant {
  readonly name: 'I1' | 'I2' | 'I3' | 'I4' | 'I5';
  readonly says: string;
  readonly broken: string;
}

/** The allowed moves of a register stream, from the published table: row, statuses before, status and reason after. */
const MOVES = `(VALUES
  ('S1', NULL, 'VERIFICATION_NEEDED/ONLINE_TRIGGERED'),
  ('S2', NULL, 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT'),
  ('S4', 'VERIFICATION_NEEDED,VERIFIED', 'VERIFICATION_NOT_NEEDED/AUTO_DATA_ABSENT'),
  ('S5', 'VERIFICATION_NEEDED,VERIFIED', 'NOT_VERIFIED/AUTO_INCORRECT_DATA'),
  ('S6', 'VERIFICATION_NEEDED,VERIFIED', 'VERIFIED/AUTO_VALID'),
  ('S7', 'VERIFICATION_NEEDED,VERIFIED', 'NOT_VERIFIED/AUTO_NOT_VALID'),
  ('S8', 'VERIFICATION_NEEDED,VERIFICATION_NOT_NEEDED,VERIFIED,NOT_VERIFIED', 'NOT_VERIFIED/AUTO_NOT_VALID'),
  ('S10', NULL, 'VERIFICATION_NEEDED/ONLINE_TRIGGERED')) AS moves (named, before, after)`;

/** Signed data begin the other streams again as well; the drills watch one. */
const OF_THE_STREAM = `resource = 'person_verifications' AND changeset ? 'dms_passport_verification_status'`;

const AUDITED = `
  SELECT resource_id AS person_id, "row" AS named, claim_id, message_id,
         changeset->'dms_passport_verification_status'->>'old_value' AS old_status,
         changeset->'dms_passport_verification_reason'->>'old_value' AS old_reason,
         changeset->'dms_passport_verification_status'->>'new_value' AS new_status,
         changeset->'dms_passport_verification_reason'->>'new_value' AS new_reason
    FROM mpi.audit_log WHERE ${OF_THE_STREAM}`;

/** How everybody stands, a lock counting as what stood before it. */
const STANDING = `
  SELECT v.person_id, held.claim_id, held.attempts, v.dms_passport_verification_status AS shown,
         v.dms_passport_synced_at AS synced_at,
         CASE WHEN held.claim_id IS NULL THEN v.dms_passport_verification_status ELSE held.status_before END AS status,
         CASE WHEN held.claim_id IS NULL THEN v.dms_passport_verification_reason ELSE held.reason_before END AS reason
    FROM mpi.person_verifications AS v
    LEFT JOIN mpi.verification_locks AS held ON held.person_id = v.person_id AND held.stream = 'dms_passport'`;

const INVARIANTS: readonly Invariant[] = [
  {
    name: 'I1',
    says: 'every status change is an allowed row of the tables',
    broken: `
      SELECT count(*) FROM (${AUDITED}) AS one LEFT JOIN ${MOVES} USING (named)
       WHERE moves.named IS NULL OR one.new_status || '/' || one.new_reason <> moves.after
          OR NOT one.old_status = ANY (string_to_array(moves.before, ','))`,
  },
  {
    name: 'I1',
    says: 'the changes of a person lead from where he began to where he stands',
    // Each change leaves one state and enters another: what remains are the beginning and the present state.
    broken: `
      SELECT count(DISTINCT person_id) FROM (
        SELECT person_id, status, reason FROM (
          SELECT person_id, old_status AS status, old_reason AS reason, 1 AS n FROM (${AUDITED}) AS one
          UNION ALL SELECT person_id, new_status, new_reason, -1 FROM (${AUDITED}) AS one
          UNION ALL SELECT person_id, status, reason, -1 FROM drill.began
          UNION ALL SELECT standing.person_id, standing.status, standing.reason, 1
                      FROM (${STANDING}) AS standing JOIN drill.began USING (person_id)) AS steps
         GROUP BY person_id, status, reason HAVING sum(n) <> 0) AS gaps`,
  },
  {
    name: 'I2',
    says: 'one answer is applied at most once, and only under a claim',
    broken: `
      SELECT (SELECT count(*) FROM (SELECT FROM (${AUDITED}) AS one WHERE named IN ('S4', 'S5', 'S6', 'S7')
                GROUP BY person_id, claim_id HAVING count(*) > 1 OR claim_id IS NULL) AS twice)
           + (SELECT count(*) FROM (SELECT FROM (${AUDITED}) AS one WHERE named IN ('S6', 'S7')
                GROUP BY message_id HAVING count(*) > 1 OR message_id IS NULL) AS twice)`,
  },
  {
    name: 'I2',
    says: 'only the answer of whoever holds the person is applied',
    broken: `
      SELECT count(*) FROM (${AUDITED}) AS one
       WHERE named IN ('S4', 'S5', 'S6', 'S7') AND NOT EXISTS (
         SELECT FROM drill.history AS told WHERE told.person_id = one.person_id
            AND told.claim_id = one.claim_id AND told.what = 'finished')`,
  },
  {
    name: 'I2',
    says: 'nobody is taken from under a living claim',
    broken: `SELECT count(*) FROM drill.history WHERE what = 'stolen'`,
  },
  {
    name: 'I3',
    says: 'everybody accepted stands in PostgreSQL',
    broken: `
      SELECT count(*) FROM drill.began LEFT JOIN mpi.person_verifications AS v USING (person_id)
       WHERE v.person_id IS NULL`,
  },
  {
    name: 'I4',
    says: 'a stream is in review exactly when its lock row has a claim',
    broken: `
      SELECT count(*) FROM (${STANDING}) AS standing JOIN drill.began AS began USING (person_id)
       WHERE (shown = 'IN_REVIEW') <> (claim_id IS NOT NULL) AND NOT (began.foreign_review AND claim_id IS NULL)`,
  },
  {
    name: 'I5',
    says: 'accepted = finished + held + waiting + cannot be checked',
    broken: `
      SELECT count(*) FILTER (WHERE began.accepted AND NOT (finished OR held OR waiting))
        FROM drill.began AS began JOIN (
          SELECT person_id,
                 claim_id IS NOT NULL AND shown = 'IN_REVIEW' AS held,
                 claim_id IS NULL AND shown IN ('VERIFICATION_NEEDED', 'VERIFIED')
                   AND coalesce(synced_at < $1::timestamptz, true) AS waiting,
                 claim_id IS NULL AND shown <> 'IN_REVIEW' AND EXISTS (
                   SELECT FROM mpi.audit_log AS one WHERE ${OF_THE_STREAM}
                      AND one.resource_id = standing.person_id AND one."row" IN ('S2', 'S4', 'S5', 'S6', 'S7', 'S8'))
                   AS finished
            FROM (${STANDING}) AS standing) AS ledger USING (person_id)`,
  },
];

/**
 * The invariants that do not hold just now, as sentences, and how many persons break each; all are looked at in one
 * statement, so in one moment.
 */
export async function brokenInvariants(books: Books, startedAt: string): Promise<Map<string, number>> {
  const counts = INVARIANTS.map(({ broken }, index) => `(${broken}) AS "${index}"`).join(',\n');
  const [row] = await books.look<Record<string, string>>(`SELECT ${counts}`, [startedAt]);
  const all = INVARIANTS.map(
    ({ name, says }, index) => [`${name}: ${says}`, Number(row?.[String(index)] ?? 0)] as const,
  );
  return new Map(all.filter(([, count]) => count > 0));
}

/** Effects that happened a second time: an answer or a decision under one claim, an event without its own change. */
export function effectsTwice(books: Books): Promise<number> {
  return books.number(`
    SELECT (SELECT coalesce(sum(n - 1), 0) FROM (
              SELECT count(*) AS n FROM mpi.audit_log WHERE "row" IN ('S4', 'S5', 'S6', 'S7')
               GROUP BY resource_id, claim_id) AS under_a_claim)
         + (SELECT coalesce(sum(n - 1), 0) FROM (
              SELECT count(*) AS n FROM mpi.audit_log WHERE "row" = 'S8'
               GROUP BY resource, resource_id, message_id) AS reached_by_an_answer)
         + (SELECT count(*) FROM (
              SELECT entity_id FROM (
                SELECT entity_id, 1 AS n FROM mpi.status_change_events
                 WHERE properties ? 'dms_passport_verification_status'
                UNION ALL
                SELECT resource_id, -1 FROM mpi.audit_log
                 WHERE changeset->'dms_passport_verification_status'->>'old_value'
                       <> changeset->'dms_passport_verification_status'->>'new_value') AS told
               GROUP BY entity_id HAVING sum(n) <> 0) AS untrue)`);
}
