import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Somebody who takes over the program's connection can write only what the program writes: no token, status or sum of
 * somebody's choice into rows that are there, no role or client, no audit row of another day.
 */
export class LeastPrivilege1700000002000 implements MigrationInterface {
  readonly name = 'LeastPrivilege1700000002000';

  async up(queryRunner: QueryRunner): Promise<void> {
    // Of a whole table they include those of its columns.
    await queryRunner.query(`REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMAS} FROM app`);
    for (const [table, rights] of Object.entries(RIGHTS)) {
      const granted = [
        rights.insert && `INSERT (${rights.insert})`,
        rights.update && `UPDATE (${rights.update})`,
        rights.delete && 'DELETE',
      ].filter((right) => typeof right === 'string');
      if (granted.length > 0) await queryRunner.query(`GRANT ${granted.join(', ')} ON ${table} TO app`);
    }
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    await queryRunner.query(`REVOKE INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${SCHEMAS} FROM app`);
    for (const table of Object.keys(RIGHTS)) {
      const granted = APPEND_ONLY.includes(table) ? 'INSERT' : 'INSERT, UPDATE, DELETE';
      await queryRunner.query(`GRANT ${granted} ON ${table} TO app`);
    }
  }
}

const SCHEMAS = 'mpi, mimir, prm, mithril';

const APPEND_ONLY = ['mpi.audit_log', 'mpi.status_change_events'];

/** Columns that a statement names, and whether rows are deleted. Reading stays as it is. */
interface Rights {
  readonly insert?: string;
  readonly update?: string;
  readonly delete?: true;
}

const NOTHING: Rights = {};

/** Of a stream that is checked in a register. */
const checked = (stream: string): string =>
  [
    'verification_status',
    'verification_reason',
    'data_id',
    'data_status',
    'synced_at',
    'unverified_at',
    'retry_at',
  ]
    .map((column) => `${stream}_${column}`)
    .join(', ');

/** Of a stream whose first status comes with the person. */
const initial = (stream: string): string =>
  `${stream}_verification_status, ${stream}_verification_reason, ${stream}_unverified_at`;

const LOCK = 'claim_id, status_before, reason_before';

const ATTEMPTS = 'attempts, tried_in_run, last_error_kind, last_message_id';

const KEPT_PASSPORT: Rights = {
  insert: 'pass_type, pas_serial, pas_number, pas_status, updated_at',
  update: 'pas_status, updated_at',
};

/**
 * What the program writes. It never names `inserted_at`: the database sets it, also where `updated_at` is the moment of
 * an answer. `id` is among the columns where the program chooses it. The activity of people is copied to their
 * verifications by triggers: on insert without a right to the column, and later with the rights of the program that changed it,
 * who is not this program. Foreign keys are checked with the rights of the owner.
 */
const RIGHTS: Readonly<Record<string, Rights>> = {
  'mpi.persons': {
    insert: `id, status, is_active, inserted_by, updated_by, first_name, last_name, second_name, birth_date, birth_country,
      birth_settlement, gender, email, tax_id, no_tax_id, unzr, preferred_way_communication, secret, emergency_contact,
      patient_signed, process_disclosure_data_consent`,
    // S5 empties a malformed UNZR.
    update: 'verification_status, unzr, updated_at, updated_by',
  },
  'mpi.person_phones': { insert: 'person_id, type, number' },
  'mpi.person_addresses': {
    insert: `person_id, type, country, area, region, settlement, settlement_type, settlement_id, street_type, street,
      building, apartment, zip`,
  },
  'mpi.person_documents': { insert: 'person_id, type, number, issued_by, issued_at, expiration_date' },
  'mpi.person_authentication_methods': {
    insert: 'person_id, type, value, alias, started_at, ended_at, is_active, inserted_by, updated_by',
    update: 'ended_at, updated_at, updated_by',
  },
  'mpi.person_verifications': {
    insert: `person_id, inserted_by, updated_by, ${initial('nhs')}, ${initial('drfo')}, ${initial('dracs_death')},
      dracs_death_online_status, ${initial('dracs_birth')}, dracs_name_change_verification_status,
      dracs_name_change_verification_reason, ${initial('legal_capacity')}, ${initial('unzr')},
      ${initial('mvs_passport')}, ${initial('dms_passport')}`,
    // Officials move the stream nhs; of the other streams only the three that are asked about change here.
    update: `${initial('nhs')}, nhs_verification_comment, ${checked('unzr')}, ${checked('mvs_passport')},
      ${checked('dms_passport')}, updated_at, updated_by`,
  },
  'mpi.confidant_person_relationships': {
    insert: `id, confidant_person_id, person_id, relation_type, is_active, active_to, verification_status,
      verification_reason, inserted_by, updated_by, made_at_registration, awaits_method, method_alias`,
    update: `is_active, verification_status, verification_reason, verification_comment, unverified_at,
      dracs_birth_act_id, dracs_birth_synced_at, awaits_method, method_alias, updated_at, updated_by`,
  },
  'mpi.confidant_person_relationship_documents': {
    insert: 'confidant_person_relationship_id, type, number, issued_by, issued_at',
  },
  'mpi.sign_ups': {
    insert: 'content_sha256, person_id, user_id, created_person',
    update: 'person_id, user_id, created_person, updated_at',
    delete: true,
  },
  'mpi.media_uploads': { insert: 'id, bucket, object_key', update: 'orphaned_at, updated_at', delete: true },

  // Records. Old ones are removed by functions of the owner.
  'mpi.audit_log': {
    insert: 'actor_id, resource, resource_id, changeset, "row", run_id, claim_id, message_id, duration_ms',
  },
  'mpi.status_change_events': {
    insert: 'event_type, entity_type, entity_id, properties, event_time, changed_by',
  },

  // TypeORM names `id` in every row that it inserts by an entity.
  'mpi.job_schedules': { insert: 'id, job' },
  'mpi.job_runs': {
    insert: 'job, tick, started_at, started_by, status, finished_at, worker, lease_until',
    update: 'status, finished_at, worker, lease_until, counts, validation_period_days, updated_at',
    delete: true,
  },
  'mpi.job_run_counts': { insert: 'run_id, worker, counter, n', update: 'n, updated_at', delete: true },
  'mpi.verification_claims': {
    insert: 'id, run_id, stream, subject, worker, taken_at, lease_until',
    update: 'lease_until, updated_at',
    delete: true,
  },
  'mpi.verification_locks': {
    insert: `person_id, stream, ${LOCK}`,
    update: `${LOCK}, ${ATTEMPTS}, updated_at`,
    delete: true,
  },
  'mpi.check_requests': {
    insert: 'person_id, stream, requested_by',
    // A request that is made again gets another id, by which the end of the former one is void.
    update: 'id, requested_by, requested_at, next_look_at, ended_at, ended_as, error_kind, updated_at',
  },

  'mimir.dms_passport_data': KEPT_PASSPORT,
  'mimir.mvs_passport_data': KEPT_PASSPORT,
  'mimir.unzr_data': {
    insert: 'unzr, family_name, given_name, patronymic_name, date_birth, status, description, updated_at',
    update: 'family_name, given_name, patronymic_name, date_birth, status, description, updated_at',
  },
  'mimir.unzr_info': {
    insert: 'unzr, job_status, next_try_at, inserted_by, updated_by',
    update: 'job_status, info, synced_at, tries, next_try_at, claim_id, updated_at, updated_by',
  },
  'mimir.register_workers': {
    insert: 'worker, lease_until',
    update: 'lease_until, updated_at',
    delete: true,
  },
  'mimir.register_places': { insert: 'place', update: 'worker, lease_until, updated_at' },
  'mimir.register_rate': { insert: 'register', update: 'next_free_at, updated_at' },
  'mimir.register_breakers': {
    insert: 'method',
    update: 'period, open_until, open_ms, probe_by, probe_until, answered_at, updated_at',
  },
  'mimir.register_call_counts': {
    insert: 'method, period, second, calls, failures',
    update: 'calls, failures, updated_at',
    delete: true,
  },

  'prm.parties': { update: 'verification_status, updated_at' },
  'prm.party_documents': NOTHING,
  'prm.party_verifications': {
    update: `${checked('mvs_passport')}, ${checked('dms_passport')}, updated_at, updated_by`,
  },
  'prm.party_verification_locks': {
    insert: `party_id, stream, ${LOCK}`,
    update: `${LOCK}, ${ATTEMPTS}, updated_at`,
    delete: true,
  },
  'prm.legal_entities': NOTHING,
  'prm.global_parameters': NOTHING,

  'mithril.users': { insert: 'id, person_id, tax_id, is_active, is_blocked' },
  'mithril.roles': NOTHING,
  'mithril.global_user_roles': NOTHING,
  'mithril.clients': NOTHING,
  'mithril.tokens': {
    insert: 'id, name, value_hash, expires_at, user_id, details',
    // Nothing writes it: PostgreSQL asks for a column that may be updated before a row is locked, as the purge does.
    update: 'updated_at',
    delete: true,
  },
};
