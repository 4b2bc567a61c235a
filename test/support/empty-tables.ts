import type { Session } from './session';

/** Everything of ours but the places at the register, which the running program holds. */
export const EMPTIED_TABLES = [
  'mpi.persons',
  'mpi.person_phones',
  'mpi.person_addresses',
  'mpi.person_documents',
  'mpi.person_authentication_methods',
  'mpi.person_verifications',
  'mpi.verification_claims',
  'mpi.verification_locks',
  'mpi.check_requests',
  'mpi.confidant_person_relationships',
  'mpi.confidant_person_relationship_documents',
  'mpi.sign_ups',
  'mpi.media_uploads',
  'mpi.job_runs',
  'mpi.job_schedules',
  'mpi.job_run_counts',
  'mpi.status_change_events',
  'mpi.audit_log',
  'mimir.dms_passport_data',
  'mimir.mvs_passport_data',
  'mimir.unzr_data',
  'mimir.unzr_info',
  'prm.parties',
  'prm.party_documents',
  'prm.party_verifications',
  'prm.party_verification_locks',
  'prm.legal_entities',
  'prm.global_parameters',
  'mithril.users',
  'mithril.roles',
  'mithril.global_user_roles',
  'mithril.clients',
  'mithril.tokens',
];

/**
 * TRUNCATE would make every table and index anew, forty times as slow for a few rows. Like it, this waits for whoever
 * still writes; foreign keys are not asked, since all goes.
 */
const EMPTY = `
  LOCK TABLE ${EMPTIED_TABLES.join(', ')} IN SHARE ROW EXCLUSIVE MODE;
  SET LOCAL session_replication_role = replica;
  ${EMPTIED_TABLES.map((table) => `DELETE FROM ${table}`).join('; ')}`;

/** Ages and limits as a new installation has them; a test may have changed or removed them. */
const RESET_PARAMETERS = `
  INSERT INTO prm.global_parameters (parameter, value)
  VALUES ('no_self_auth_age', '14'), ('no_self_registration_age', '14'), ('person_full_legal_capacity_age', '18'),
         ('third_person_limit', '150')`;

/** What earlier tests found out about the register would speak for or against it for half a minute. */
const FORGET_CALLS = `
  DELETE FROM mimir.register_call_counts;
  UPDATE mimir.register_breakers SET open_until = NULL, open_ms = NULL, probe_by = NULL, probe_until = NULL
   WHERE open_until IS NOT NULL`;

const DEADLOCK = '40P01';
const TRIES = 5;

/**
 * Leaves the tables as a new installation has them. A program that writes some of them in another order may meet this
 * one crosswise; when this is the one that PostgreSQL sends back, it begins again.
 */
export async function emptyTables(sql: Session): Promise<void> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await sql.run(`BEGIN; ${EMPTY}; ${RESET_PARAMETERS}; ${FORGET_CALLS}; COMMIT`);
    } catch (error) {
      await sql.run('ROLLBACK');
      const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK;
      if (!isDeadlock || left === 1) throw error;
    }
  }
}
