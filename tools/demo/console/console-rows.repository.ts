import type { Transactions } from '../../../src/database/transactions';
import { DEMO_ID_PREFIX } from '../invented-people';

/** A person of the demo who is verified in every stream. */
const VERIFIED = `
  SELECT person_id FROM mpi.person_verifications
   WHERE starts_with(person_id::text, $1) AND person_is_active AND dms_passport_verification_reason = 'AUTO_VALID'
     AND dms_passport_verification_status = 'VERIFIED' AND nhs_verification_status = 'VERIFIED'`;

/** So many persons are due for the run that is watched. */
const DUE = 1_000;

const FOR_OFFICIALS = 12;

/** The rows of pairs of neighbours, each with another status; the documents follow from the types. */
const RELATIONSHIPS = `
  WITH pair AS (
    SELECT person_id, lead(person_id) OVER (ORDER BY person_id) AS confidant_id, row_number() OVER (ORDER BY person_id) AS n
      FROM (${VERIFIED} ORDER BY person_id LIMIT 17) AS person),
  state AS (
    SELECT * FROM (VALUES
      (0, 'VERIFICATION_NEEDED', 'ONLINE_TRIGGERED_BY_PIS_REGISTRATION_VIA_CONFIDANT', 'BIRTH_CERTIFICATE'),
      (1, 'IN_REVIEW', 'MANUAL', 'COURT_DECISION'),
      (2, 'VERIFIED', 'MANUAL_CREATED_BY_NHS_ADMIN', 'CONFIDANT_CERTIFICATE'),
      (3, 'NOT_VERIFIED', 'AUTO', 'BIRTH_CERTIFICATE')) AS s (k, status, reason, document)),
  made AS (
    INSERT INTO mpi.confidant_person_relationships
           (person_id, confidant_person_id, relation_type, is_active, active_to, verification_status,
            verification_reason, unverified_at, inserted_by, updated_by, inserted_at)
    SELECT person_id, confidant_id, CASE WHEN n % 3 = 0 THEN 'SECONDARY' ELSE 'PRIMARY' END, true,
           CASE WHEN n % 5 = 0 THEN current_date - 10 ELSE current_date + 2000 END, status, reason,
           CASE status WHEN 'NOT_VERIFIED' THEN now() - n * interval '1 hour' END, $2::uuid, $2::uuid,
           now() - n * interval '7 hours'
      FROM pair JOIN state ON k = n % 4 WHERE confidant_id IS NOT NULL
    RETURNING id, verification_status, inserted_at)
  INSERT INTO mpi.confidant_person_relationship_documents
         (confidant_person_relationship_id, type, number, issued_by, issued_at)
  SELECT made.id, document, 'І-ЯЩ№0000' || lpad((row_number() OVER (ORDER BY inserted_at))::text, 2, '0'),
         'Калинопільський відділ реєстрації', current_date - 900
    FROM made JOIN state ON state.status = made.verification_status`;

/** Rows for the pages that no run and no call of the demo makes. */
export class ConsoleRows {
  constructor(private readonly owner: Transactions) {}

  /** Relationships of every status, some of them expired. */
  async addRelationships(actorId: string): Promise<void> {
    await this.owner.query({ text: RELATIONSHIPS }, [DEMO_ID_PREFIX, actorId]);
  }

  /** A run that was given up because the register did not answer. */
  async addFailedRun(actorId: string): Promise<void> {
    const text = `
      INSERT INTO mpi.job_runs (job, status, started_at, finished_at, started_by)
      VALUES ('mvs-passport-persons', 'FAILED', now() - interval '5 hours', now() - interval '4 hours', $1)`;
    await this.owner.query({ text }, [actorId]);
  }

  /** Persons whom the register of the demo never answers about, as they are after days of retries. */
  async raiseAttempts(): Promise<void> {
    const text = `
      UPDATE mpi.verification_locks SET attempts = 10 + attempts
       WHERE starts_with(person_id::text, $1) AND claim_id IS NULL`;
    await this.owner.query({ text }, [DEMO_ID_PREFIX]);
  }

  /** Persons whom a rule of the manual stream hit, with their ids. */
  async triggerManualRules(): Promise<readonly string[]> {
    const text = `
      WITH hit AS (
        UPDATE mpi.person_verifications
           SET nhs_verification_status = 'VERIFICATION_NEEDED', nhs_verification_reason = 'RULES_TRIGGERED'
         WHERE person_id IN (${VERIFIED} ORDER BY person_id DESC LIMIT ${FOR_OFFICIALS})
        RETURNING person_id)
      UPDATE mpi.persons SET verification_status = 'VERIFICATION_NEEDED'
        FROM hit WHERE persons.id = hit.person_id
      RETURNING persons.id`;
    const rows = await this.owner.query<{ id: string }>({ text }, [DEMO_ID_PREFIX]);
    return rows.map(({ id }) => id).sort();
  }

  /** Makes the validation period of verified persons end, so that the next run takes them. */
  async makeDue(validationPeriodDays: number): Promise<void> {
    const text = `
      UPDATE mpi.person_verifications
         SET dms_passport_synced_at = now() - make_interval(days => $2 + 30)
       WHERE person_id IN (${VERIFIED} ORDER BY person_id LIMIT ${DUE})`;
    await this.owner.query({ text }, [DEMO_ID_PREFIX, validationPeriodDays]);
  }
}
