import { type DrillDatabase, ofEverybody, WATCHED } from './database';

/**
 * What the drill writes down by itself, in the database it watches: the state of everything at the start, and for
 * every person and party (`person_id` is either) the order of claims, ends and releases. Triggers do it, so no
 * code of the program is believed. Everybody who touches a lock row holds the person's row, so the numbers give the true order. Edits are
 * written here by the editor, in the same transaction.
 *
 * `claimed` (`stolen`: from under another claim) · `finished` by an answer or a decision · `failed` with a wait ·
 * `let_go` as before, by release, reclaim or because the data changed · `forgotten` wait of old data · `begun` again
 * (persons only: no drill changes the documents of parties).
 * Of every claim that is over it is written down whether its lease had passed: then it was reclaimed.
 */
const RECORDER = `
  CREATE SCHEMA drill;
  CREATE TABLE drill.began (
    person_id uuid PRIMARY KEY, subject varchar NOT NULL, accepted boolean NOT NULL, foreign_review boolean NOT NULL,
    status varchar, reason varchar, synced_at timestamptz, unverified_at timestamptz);
  CREATE TABLE drill.history (
    seq bigserial PRIMARY KEY, person_id uuid NOT NULL, what varchar NOT NULL, claim_id uuid, run_id uuid,
    worker varchar DEFAULT current_setting('application_name'), at timestamptz DEFAULT clock_timestamp(),
    transaction xid8 DEFAULT pg_current_xact_id());
  CREATE INDEX ON drill.history (person_id, seq);
  CREATE TABLE drill.edits (
    seq bigserial PRIMARY KEY, person_id uuid NOT NULL, old_number varchar, new_number varchar,
    transaction xid8 DEFAULT pg_current_xact_id());
  CREATE TABLE drill.claims_over (claim_id uuid PRIMARY KEY, lapsed boolean NOT NULL);

  CREATE FUNCTION drill.note_lock() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  DECLARE
    who uuid := (CASE TG_OP WHEN 'DELETE' THEN to_jsonb(OLD) ELSE to_jsonb(NEW) END ->> TG_ARGV[0])::uuid;
    what varchar;
    claim uuid;
    state record;
  BEGIN
    IF TG_OP <> 'DELETE' AND NEW.claim_id IS NOT NULL THEN
      IF TG_OP = 'UPDATE' AND OLD.claim_id IS NOT DISTINCT FROM NEW.claim_id THEN RETURN NULL; END IF;
      what := CASE WHEN TG_OP = 'UPDATE' AND OLD.claim_id IS NOT NULL THEN 'stolen' ELSE 'claimed' END;
      claim := NEW.claim_id;
    ELSIF TG_OP = 'UPDATE' AND OLD.claim_id IS NOT NULL THEN
      what := CASE WHEN NEW.attempts > OLD.attempts THEN 'failed' ELSE 'let_go' END;
      claim := OLD.claim_id;
    ELSIF TG_OP = 'DELETE' AND OLD.claim_id IS NULL THEN
      what := 'forgotten';
    ELSIF TG_OP = 'DELETE' THEN
      SELECT * INTO state FROM (${ofEverybody(
        ({ verifications, id }) => `
        SELECT dms_passport_verification_status AS status, dms_passport_synced_at AS synced_at
          FROM ${verifications} WHERE ${id} = who`,
      )}) AS person;
      what := CASE WHEN state.status IN ('NOT_VERIFIED', 'VERIFICATION_NOT_NEEDED') OR state.synced_at = now()
                   THEN 'finished' ELSE 'let_go' END;
      claim := OLD.claim_id;
    ELSE
      RETURN NULL;
    END IF;
    INSERT INTO drill.history (person_id, what, claim_id, run_id)
    VALUES (who, what, claim,
            (SELECT run_id FROM mpi.verification_claims WHERE id = claim));
    RETURN NULL;
  END $$;
  ${WATCHED.map(
    ({ locks, id }) => `
  CREATE TRIGGER drill_lock AFTER INSERT OR UPDATE OR DELETE ON ${locks}
    FOR EACH ROW EXECUTE FUNCTION drill.note_lock('${id}');`,
  ).join('')}

  CREATE FUNCTION drill.note_claim_over() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    INSERT INTO drill.claims_over VALUES (OLD.id, coalesce(OLD.lease_until < now(), true)) ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
  CREATE TRIGGER drill_claim_over AFTER DELETE ON mpi.verification_claims
    FOR EACH ROW EXECUTE FUNCTION drill.note_claim_over();

  CREATE TABLE drill.renewals (seq bigserial PRIMARY KEY, after_ms float8 NOT NULL);
  CREATE FUNCTION drill.note_renewal() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    INSERT INTO drill.renewals (after_ms) VALUES (extract(epoch FROM NEW.lease_until - OLD.lease_until) * 1000);
    RETURN NULL;
  END $$;
  CREATE TRIGGER drill_renewal AFTER UPDATE OF lease_until ON mpi.verification_claims
    FOR EACH ROW WHEN (NEW.lease_until > OLD.lease_until) EXECUTE FUNCTION drill.note_renewal();

  CREATE FUNCTION drill.note_beginning() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
  BEGIN
    INSERT INTO drill.history (person_id, what) VALUES (NEW.person_id, 'begun');
    RETURN NULL;
  END $$;
  CREATE TRIGGER drill_beginning AFTER UPDATE ON mpi.person_verifications
    FOR EACH ROW WHEN (OLD.dms_passport_verification_status <> 'IN_REVIEW'
                       AND NEW.dms_passport_verification_status = 'VERIFICATION_NEEDED')
    EXECUTE FUNCTION drill.note_beginning();`;

/** Installs the recorder in the database. */
export async function installRecorder(database: DrillDatabase): Promise<void> {
  await database.write(RECORDER);
}

/** Records the state of everybody: before the first run, when all are loaded. Later ones may join. */
export async function recordStart(database: DrillDatabase): Promise<void> {
  await database.write(`
    INSERT INTO drill.began ${ofEverybody(
      ({ subject, verifications, id, active }) => `
    SELECT v.${id}, '${subject}',
           v.${active} AND v.dms_passport_verification_status IN ('VERIFICATION_NEEDED', 'VERIFIED')
             AND coalesce(v.dms_passport_synced_at < now() - interval '280 days', true),
           v.dms_passport_verification_status = 'IN_REVIEW',
           v.dms_passport_verification_status, v.dms_passport_verification_reason,
           v.dms_passport_synced_at, v.dms_passport_unverified_at
      FROM ${verifications} AS v`,
    )}
    ON CONFLICT DO NOTHING`);
}

/** Claimed again in one run although finished or failed in it, or while held: must be nobody. */
export function claimedAgain(database: DrillDatabase): Promise<number> {
  return database.number(`
    SELECT count(*) FROM (
      SELECT what, run_id, lag(what) OVER person AS before, lag(run_id) OVER person AS run_before
        FROM drill.history WINDOW person AS (PARTITION BY person_id ORDER BY seq)) AS recorded
     WHERE what = 'stolen'
        OR what = 'claimed' AND (before IN ('claimed', 'stolen')
                                 OR before IN ('finished', 'failed') AND run_before = run_id)`);
}
