/** What the role `app` may write into a table: the columns of new rows, those of existing ones, and whether it deletes. */
export interface WriteRights {
  readonly insert: readonly string[];
  readonly update: readonly string[];
  readonly delete: boolean;
}

const rights = (insert: string, update: string, deletes = false): WriteRights => ({
  insert: wordsIn(insert),
  update: wordsIn(update),
  delete: deletes,
});

const wordsIn = (text: string): string[] =>
  text
    .split(/\s+/)
    .filter((word) => word !== '')
    .sort();

const NONE = rights('', '');

/** Decided here, and not taken from the migrations. Whatever is new needs a decision. */
export const APP_RIGHTS: Readonly<Record<string, WriteRights>> = {
  'mimir.dms_passport_data': rights(
    'pass_type pas_serial pas_number pas_status updated_at',
    'pas_status updated_at',
  ),
  'mimir.mvs_passport_data': rights(
    'pass_type pas_serial pas_number pas_status updated_at',
    'pas_status updated_at',
  ),
  'mimir.register_breakers': rights(
    'method',
    'period open_until open_ms probe_by probe_until answered_at updated_at',
  ),
  'mimir.register_call_counts': rights(
    'method period second calls failures',
    'calls failures updated_at',
    true,
  ),
  'mimir.register_places': rights('place', 'worker lease_until updated_at'),
  'mimir.register_rate': rights('register', 'next_free_at updated_at'),
  'mimir.register_workers': rights('worker lease_until', 'lease_until updated_at', true),
  'mimir.unzr_data': rights(
    'unzr family_name given_name patronymic_name date_birth status description updated_at',
    'family_name given_name patronymic_name date_birth status description updated_at',
  ),
  'mimir.unzr_info': rights(
    'unzr job_status next_try_at inserted_by updated_by',
    'job_status info synced_at tries next_try_at claim_id updated_at updated_by',
  ),
  'mithril.clients': NONE,
  'mithril.global_user_roles': NONE,
  'mithril.roles': NONE,
  'mithril.tokens': rights('id name value_hash expires_at user_id details', 'updated_at', true),
  'mithril.users': rights('id person_id tax_id is_active is_blocked', ''),
  'mpi.audit_log': rights(
    'actor_id resource resource_id changeset row run_id claim_id message_id duration_ms',
    '',
  ),
  'mpi.check_requests': rights(
    'person_id stream requested_by',
    'id requested_by requested_at next_look_at ended_at ended_as error_kind updated_at',
  ),
  'mpi.confidant_person_relationship_documents': rights(
    'confidant_person_relationship_id type number issued_by issued_at',
    '',
  ),
  'mpi.confidant_person_relationships': rights(
    `id confidant_person_id person_id relation_type is_active active_to verification_status verification_reason
     inserted_by updated_by made_at_registration awaits_method method_alias`,
    `is_active verification_status verification_reason verification_comment unverified_at dracs_birth_act_id
     dracs_birth_synced_at awaits_method method_alias updated_at updated_by`,
  ),
  'mpi.due_counts': rights('job', 'due counted_at started_at updated_at'),
  'mpi.job_run_counts': rights('run_id worker counter n', 'n updated_at', true),
  'mpi.job_run_samples': rights('run_id done', 'updated_at', true),
  'mpi.job_runs': rights(
    'job tick started_at started_by status finished_at worker lease_until',
    'status finished_at worker lease_until counts validation_period_days due_at_start updated_at',
    true,
  ),
  'mpi.job_schedules': rights('id job', 'paused_at paused_by pause_reason resumed_at updated_at'),
  'mpi.media_uploads': rights('id bucket object_key', 'orphaned_at updated_at', true),
  'mpi.person_addresses': rights(
    `person_id type country area region settlement settlement_type settlement_id street_type street building
     apartment zip`,
    '',
  ),
  'mpi.person_authentication_methods': rights(
    'person_id type value alias started_at ended_at is_active inserted_by updated_by',
    'ended_at updated_at updated_by',
  ),
  'mpi.person_documents': rights('person_id type number issued_by issued_at expiration_date', ''),
  'mpi.person_phones': rights('person_id type number', ''),
  'mpi.person_verifications': rights(
    `person_id inserted_by updated_by dracs_death_online_status
     nhs_verification_status nhs_verification_reason nhs_unverified_at
     drfo_verification_status drfo_verification_reason drfo_unverified_at
     dracs_death_verification_status dracs_death_verification_reason dracs_death_unverified_at
     dracs_birth_verification_status dracs_birth_verification_reason dracs_birth_unverified_at
     dracs_name_change_verification_status dracs_name_change_verification_reason
     legal_capacity_verification_status legal_capacity_verification_reason legal_capacity_unverified_at
     unzr_verification_status unzr_verification_reason unzr_unverified_at
     mvs_passport_verification_status mvs_passport_verification_reason mvs_passport_unverified_at
     dms_passport_verification_status dms_passport_verification_reason dms_passport_unverified_at`,
    `updated_at updated_by
     nhs_verification_status nhs_verification_reason nhs_unverified_at nhs_verification_comment
     unzr_verification_status unzr_verification_reason unzr_data_id unzr_data_status unzr_synced_at
     unzr_unverified_at unzr_retry_at
     mvs_passport_verification_status mvs_passport_verification_reason mvs_passport_data_id
     mvs_passport_data_status mvs_passport_synced_at mvs_passport_unverified_at mvs_passport_retry_at
     dms_passport_verification_status dms_passport_verification_reason dms_passport_data_id
     dms_passport_data_status dms_passport_synced_at dms_passport_unverified_at dms_passport_retry_at`,
  ),
  'mpi.persons': rights(
    `id status is_active inserted_by updated_by first_name last_name second_name birth_date birth_country
     birth_settlement gender email tax_id no_tax_id unzr preferred_way_communication secret emergency_contact
     patient_signed process_disclosure_data_consent`,
    'verification_status unzr updated_at updated_by',
  ),
  'mpi.processes': rights('id role host version started_at', 'last_seen_at updated_at', true),
  'mpi.sign_ups': rights(
    'content_sha256 person_id user_id created_person',
    'person_id user_id created_person updated_at',
    true,
  ),
  'mpi.status_change_events': rights('event_type entity_type entity_id properties event_time changed_by', ''),
  'mpi.verification_claims': rights(
    'id run_id stream subject worker taken_at lease_until',
    'lease_until updated_at',
    true,
  ),
  'mpi.verification_locks': rights(
    'person_id stream claim_id status_before reason_before',
    `claim_id status_before reason_before attempts tried_in_run last_error_kind last_message_id updated_at`,
    true,
  ),
  'prm.global_parameters': NONE,
  'prm.legal_entities': NONE,
  'prm.parties': rights('', 'verification_status updated_at'),
  'prm.party_documents': NONE,
  'prm.party_verification_locks': rights(
    'party_id stream claim_id status_before reason_before',
    `claim_id status_before reason_before attempts tried_in_run last_error_kind last_message_id updated_at`,
    true,
  ),
  'prm.party_verifications': rights(
    '',
    `updated_at updated_by
     mvs_passport_verification_status mvs_passport_verification_reason mvs_passport_data_id
     mvs_passport_data_status mvs_passport_synced_at mvs_passport_unverified_at mvs_passport_retry_at
     dms_passport_verification_status dms_passport_verification_reason dms_passport_data_id
     dms_passport_data_status dms_passport_synced_at dms_passport_unverified_at dms_passport_retry_at`,
  ),
};
