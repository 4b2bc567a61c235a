import { cumulativeStatusOf } from '../../src/domain/verification/cumulative-status.rules';
import { STREAMS, type StreamStatus } from '../../src/domain/verification/stream';
import { Refusal } from '../../src/domain/refusal';
import { brokenInvariants, effectsTwice } from '../drills/invariants';
import type { Ended } from './stepped-connections';
import type { World } from './world';

/** Rules that hold after every order; each statement counts who breaks one. */
const RULES: Readonly<Record<string, string>> = {
  'a tax number belongs to one active user': `
    SELECT count(*) FROM (SELECT FROM mithril.users WHERE is_active AND tax_id IS NOT NULL
                           GROUP BY mithril.folded_tax_id(tax_id) HAVING count(*) > 1) AS shared`,
  'a person has one active user': `
    SELECT count(*) FROM (SELECT FROM mithril.users WHERE is_active AND person_id IS NOT NULL
                           GROUP BY person_id HAVING count(*) > 1) AS several`,
  'a tax number belongs to one active person': `
    SELECT count(*) FROM (SELECT FROM mpi.persons WHERE is_active AND tax_id IS NOT NULL
                           GROUP BY tax_id HAVING count(*) > 1) AS shared`,
  'two persons are related once, and by one method': `
    SELECT (SELECT count(*) FROM (SELECT FROM mpi.confidant_person_relationships WHERE is_active
                                   GROUP BY person_id, confidant_person_id HAVING count(*) > 1) AS twice)
         + (SELECT count(*) FROM (SELECT FROM mpi.person_authentication_methods
                                   WHERE is_active AND type = 'THIRD_PERSON'
                                   GROUP BY person_id, value HAVING count(*) > 1) AS twice)`,
  'the method is given exactly when the relationship is approved': `
    SELECT count(*) FROM mpi.confidant_person_relationships AS r
     WHERE r.id IN (SELECT id FROM kept.mpi_confidant_person_relationships)
       AND (r.verification_status = 'VERIFIED' OR NOT r.awaits_method) <>
           EXISTS (SELECT FROM mpi.person_authentication_methods AS m
                    WHERE m.person_id = r.person_id AND m.value = r.confidant_person_id AND m.type = 'THIRD_PERSON')`,
  'every move of the manual stream is a row of its table': `
    SELECT count(*) FROM mpi.audit_log AS a
      LEFT JOIN (VALUES ('N5', 'IN_REVIEW', 'VERIFIED/MANUAL'), ('N6', 'IN_REVIEW', 'NOT_VERIFIED/MANUAL'))
             AS moves (named, before, after) ON moves.named = a."row"
     WHERE a.changeset ? 'nhs_verification_status' AND a.changeset->'nhs_verification_status'->>'old_value' IS NOT NULL
       AND (moves.named IS NULL OR a.changeset->'nhs_verification_status'->>'old_value' <> moves.before
            OR a.changeset->'nhs_verification_status'->>'new_value' || '/'
               || (a.changeset->'nhs_verification_reason'->>'new_value') <> moves.after)`,
  'the moves of the manual stream lead from the first status to the present one': `
    SELECT count(*) FROM (
      SELECT person_id, status FROM (
        SELECT resource_id AS person_id, changeset->'nhs_verification_status'->>'old_value' AS status, 1 AS n
          FROM mpi.audit_log WHERE "row" LIKE 'N%' AND resource_id IN (SELECT person_id FROM kept.mpi_person_verifications)
        UNION ALL
        SELECT resource_id, changeset->'nhs_verification_status'->>'new_value', -1
          FROM mpi.audit_log WHERE "row" LIKE 'N%' AND resource_id IN (SELECT person_id FROM kept.mpi_person_verifications)
        UNION ALL SELECT person_id, nhs_verification_status, -1 FROM kept.mpi_person_verifications
        UNION ALL SELECT person_id, nhs_verification_status, 1 FROM mpi.person_verifications
                   WHERE person_id IN (SELECT person_id FROM kept.mpi_person_verifications)) AS steps
       GROUP BY person_id, status HAVING sum(n) <> 0) AS gaps`,
  'every move of a relationship is a row of its table': `
    SELECT count(*) FROM mpi.audit_log AS a
      LEFT JOIN (VALUES ('R2', NULL, 'VERIFICATION_NEEDED'), ('R3', 'IN_REVIEW', 'NOT_VERIFIED'),
                        ('R4', 'IN_REVIEW', 'VERIFIED')) AS moves (named, before, after) ON moves.named = a."row"
     WHERE a.resource = 'confidant_person_relationships' AND a."row" IS NOT NULL AND a.changeset ? 'verification_status'
       AND (moves.named IS NULL OR a.changeset->'verification_status'->>'new_value' <> moves.after
            OR a.changeset->'verification_status'->>'old_value' <> moves.before)`,
  'the moves of a relationship lead from the first status to the present one': `
    SELECT count(*) FROM (
      SELECT id, status FROM (
        SELECT resource_id AS id, changeset->'verification_status'->>'old_value' AS status, 1 AS n
          FROM mpi.audit_log WHERE "row" LIKE 'R%' AND changeset ? 'verification_status'
        UNION ALL
        SELECT resource_id, changeset->'verification_status'->>'new_value', -1
          FROM mpi.audit_log WHERE "row" LIKE 'R%' AND changeset ? 'verification_status'
        UNION ALL SELECT id, verification_status, -1 FROM kept.mpi_confidant_person_relationships
        UNION ALL SELECT r.id, r.verification_status, 1 FROM mpi.confidant_person_relationships AS r
                    JOIN kept.mpi_confidant_person_relationships USING (id)) AS steps
       GROUP BY id, status HAVING sum(n) <> 0) AS gaps`,
  'verifications know who is active': `
    SELECT count(*) FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id
     WHERE v.person_is_active <> (p.is_active AND p.status = 'active')`,
  'a finished run has no claims, and a running job one run': `
    SELECT (SELECT count(*) FROM mpi.verification_claims JOIN mpi.job_runs AS r ON r.id = run_id
             WHERE r.status = 'FINISHED')
         + (SELECT count(*) FROM (SELECT FROM mpi.job_runs WHERE status = 'RUNNING'
                                   GROUP BY job HAVING count(*) > 1) AS several)`,
  'a look-up of a UNZR is tried again exactly while it is pending': `
    SELECT count(*) FROM mimir.unzr_info WHERE (job_status = 'pending') <> (next_try_at IS NOT NULL)`,
};

/** Who was registered meanwhile had no status before. */
const NEWCOMERS = `
  INSERT INTO drill.began (person_id, subject, accepted, foreign_review)
  SELECT person_id, 'persons', false, false FROM mpi.person_verifications ON CONFLICT DO NOTHING`;

const NAMES = Object.keys(RULES);
const COUNTS = `SELECT ${Object.values(RULES)
  .map((rule, index) => `(${rule}) AS "${index}"`)
  .join(',\n')}`;

/** The streams of everybody, with the status before the lock for those in review under a claim. */
const SUMS = `
  SELECT p.verification_status AS sum, ${STREAMS.map(
    (stream) => `
         CASE WHEN v.${stream}_verification_status = 'IN_REVIEW' AND ${stream}_lock.claim_id IS NOT NULL
              THEN ${stream}_lock.status_before ELSE v.${stream}_verification_status END AS ${stream}`,
  ).join(',')}
    FROM mpi.persons AS p JOIN mpi.person_verifications AS v ON v.person_id = p.id ${STREAMS.map(
      (stream) => `
    LEFT JOIN mpi.verification_locks AS ${stream}_lock
      ON ${stream}_lock.person_id = p.id AND ${stream}_lock.stream = '${stream}'`,
    ).join('')}`;

type SumRow = Readonly<Record<'sum' | (typeof STREAMS)[number], StreamStatus>>;

/** What is wrong after an order, in sentences; nothing when all is well. */
export async function brokenRules(world: World, ends: readonly Ended[]): Promise<readonly string[]> {
  const { looks, startedAt } = world;
  await looks.look(NEWCOMERS);
  const invariants = await brokenInvariants(looks, startedAt);
  const [counts] = await looks.look<Record<string, string>>(COUNTS);
  const twice = await effectsTwice(looks);
  const sums = await looks.look<SumRow>(SUMS);
  const wrong = sums.filter(
    ({ sum, ...row }) =>
      sum !== cumulativeStatusOf({ current: null, streams: STREAMS.map((name) => row[name]) }),
  );
  return [
    ...invariants.keys(),
    ...NAMES.filter((_, index) => Number(counts?.[String(index)]) > 0),
    ...(twice > 0 ? ['nothing has an effect twice'] : []),
    ...(wrong.length > 0 ? ['the cumulative status is the sum of the streams'] : []),
    ...ends.flatMap(unexpectedEnd),
  ];
}

/** A refusal is an answer; everything else that a transaction throws was left to it. */
function unexpectedEnd(ended: Ended): readonly string[] {
  if (ended.kind === 'done' || ended.error instanceof Refusal) return [];
  const { error } = ended;
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return [`a transaction failed: ${code} ${error instanceof Error ? error.message : ''}`];
}
