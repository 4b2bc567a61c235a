/**
 * The columns other programs rely on, written down apart from the migrations. `!` means not null, `=` that a
 * default is there. Every table has `id`, `inserted_at` and `updated_at` too, each not null and with a default.
 */
export const CONTRACT: Readonly<Record<string, string>> = {
  'mpi.persons': `
    first_name varchar!, last_name varchar!, second_name varchar, birth_date date!, birth_country varchar,
    birth_settlement varchar!, gender varchar!, email varchar, tax_id varchar, no_tax_id boolean=,
    invalid_tax_id boolean=, unzr varchar, death_date date, preferred_way_communication varchar, secret varchar,
    emergency_contact jsonb, patient_signed boolean=, process_disclosure_data_consent boolean=, status varchar,
    is_active boolean=, verification_status varchar, inserted_by uuid!, updated_by uuid!`,
  'mpi.person_phones': 'person_id uuid!, type varchar!, number varchar!',
  'mpi.person_addresses': `
    person_id uuid!, type varchar!, country varchar, area varchar, region varchar, settlement varchar,
    settlement_type varchar, settlement_id uuid, street_type varchar, street varchar, building varchar,
    apartment varchar, zip varchar`,
  'mpi.person_documents': `
    person_id uuid!, type varchar!, number varchar!, issued_by varchar, issued_at date, expiration_date date`,
  'mpi.person_authentication_methods': `
    person_id uuid!, type varchar!, phone_number varchar, value uuid, alias varchar, started_at timestamptz,
    ended_at timestamptz, is_active boolean=, inserted_by uuid, updated_by uuid`,
  'mpi.person_verifications': `
    person_id uuid!, inserted_by uuid, updated_by uuid,
    nhs_verification_status varchar!, nhs_verification_reason varchar!, nhs_verification_comment varchar,
    nhs_unverified_at timestamptz,
    drfo_data_id uuid, drfo_data_result smallint, drfo_synced_at timestamptz, drfo_verification_status varchar!,
    drfo_verification_reason varchar!, drfo_unverified_at timestamptz,
    dracs_death_act_id uuid, dracs_death_online_status varchar, dracs_death_verification_status varchar!,
    dracs_death_verification_reason varchar!, dracs_death_verification_comment varchar,
    dracs_death_unverified_at timestamptz,
    dracs_birth_act_id uuid, dracs_birth_synced_at timestamptz, dracs_birth_verification_status varchar!,
    dracs_birth_verification_reason varchar!, dracs_birth_verification_comment varchar,
    dracs_birth_unverified_at timestamptz,
    dracs_name_change_verification_status varchar!, dracs_name_change_verification_reason varchar!,
    dracs_name_change_verification_comment varchar,
    legal_capacity_entity_id uuid, legal_capacity_entity_type varchar,
    legal_capacity_verification_status varchar!, legal_capacity_verification_reason varchar!,
    legal_capacity_unverified_at timestamptz,
    unzr_data_id uuid, unzr_data_status smallint, unzr_synced_at timestamptz, unzr_verification_status varchar!,
    unzr_verification_reason varchar!, unzr_unverified_at timestamptz, unzr_retry_at timestamptz,
    mvs_passport_data_id uuid, mvs_passport_data_status smallint, mvs_passport_synced_at timestamptz,
    mvs_passport_verification_status varchar!, mvs_passport_verification_reason varchar!,
    mvs_passport_unverified_at timestamptz, mvs_passport_retry_at timestamptz,
    dms_passport_data_id uuid, dms_passport_data_status smallint, dms_passport_synced_at timestamptz,
    dms_passport_verification_status varchar!, dms_passport_verification_reason varchar!,
    dms_passport_unverified_at timestamptz, dms_passport_retry_at timestamptz,
    person_is_active boolean!=`,
  'mpi.verification_claims': `
    run_id uuid, stream varchar!, subject varchar!=, worker varchar, taken_at timestamptz, lease_until timestamptz`,
  'mpi.verification_locks': `
    person_id uuid!, stream varchar!, claim_id uuid, status_before varchar, reason_before varchar,
    attempts integer=, tried_in_run uuid, last_message_id varchar, last_error_kind varchar`,
  'mpi.job_runs': `
    job varchar, tick timestamptz, started_at timestamptz, finished_at timestamptz, started_by uuid,
    worker varchar, lease_until timestamptz, status varchar, counts jsonb, validation_period_days integer,
    due_at_start bigint`,
  'mpi.status_change_events': `
    event_type varchar=, entity_type varchar, entity_id uuid, properties jsonb, event_time timestamptz,
    changed_by uuid`,
  'mpi.audit_log': `
    actor_id uuid, resource varchar, resource_id uuid, changeset jsonb, row varchar, run_id uuid, claim_id uuid,
    message_id varchar, duration_ms integer`,
  'mpi.sign_ups': 'content_sha256 varchar, person_id uuid!, user_id uuid, created_person boolean!=',
  'mpi.confidant_person_relationships': `
    confidant_person_id uuid, person_id uuid!, relation_type varchar, is_active boolean=, active_to date,
    verification_status varchar, verification_reason varchar, verification_comment varchar,
    unverified_at timestamptz, dracs_birth_act_id uuid, dracs_birth_synced_at timestamptz, inserted_by uuid,
    updated_by uuid, made_at_registration boolean!=, awaits_method boolean!=, method_alias varchar`,
  'mpi.confidant_person_relationship_documents': `
    confidant_person_relationship_id uuid, type varchar!, number varchar!, issued_by varchar, issued_at date`,
  'mimir.dms_passport_data':
    'pass_type varchar!, pas_serial varchar, pas_number varchar!, pas_status smallint!',
  'mimir.mvs_passport_data':
    'pass_type varchar!, pas_serial varchar, pas_number varchar!, pas_status smallint!',
  'mimir.unzr_info': `
    unzr varchar!, job_status varchar!, info jsonb, synced_at timestamptz, inserted_by uuid!, updated_by uuid!,
    tries smallint!=, next_try_at timestamptz=, claim_id uuid`,
  'mimir.unzr_data': `
    unzr varchar, family_name varchar, given_name varchar, patronymic_name varchar, date_birth date,
    status smallint, description varchar`,
  'prm.parties': `
    first_name varchar, last_name varchar, second_name varchar, birth_date date, tax_id varchar,
    is_active boolean=, verification_status varchar`,
  'prm.party_documents': 'party_id uuid!, type varchar!, number varchar!',
  'prm.party_verification_locks': `
    party_id uuid!, stream varchar!, claim_id uuid, status_before varchar, reason_before varchar,
    attempts integer=, tried_in_run uuid, last_message_id varchar, last_error_kind varchar`,
  'prm.party_verifications': `
    party_id uuid!, inserted_by uuid, updated_by uuid,
    drfo_data_id uuid, drfo_data_result smallint, drfo_synced_at timestamptz, drfo_verification_status varchar!,
    drfo_verification_reason varchar!, drfo_unverified_at timestamptz,
    dracs_death_online_status varchar, dracs_death_verification_status varchar!,
    dracs_death_verification_reason varchar!, dracs_death_verification_comment varchar,
    dracs_death_unverified_at timestamptz,
    mvs_passport_data_id uuid, mvs_passport_data_status smallint, mvs_passport_synced_at timestamptz,
    mvs_passport_verification_status varchar!, mvs_passport_verification_reason varchar!,
    mvs_passport_unverified_at timestamptz, mvs_passport_retry_at timestamptz,
    dms_passport_data_id uuid, dms_passport_data_status smallint, dms_passport_synced_at timestamptz,
    dms_passport_verification_status varchar!, dms_passport_verification_reason varchar!,
    dms_passport_unverified_at timestamptz, dms_passport_retry_at timestamptz, party_is_active boolean!=,
    dracs_name_change_verification_status varchar!, dracs_name_change_verification_reason varchar!,
    dracs_name_change_verification_comment varchar`,
  'prm.legal_entities': 'name varchar, type varchar!, status varchar, is_active boolean=',
  'prm.global_parameters': 'parameter varchar, value varchar',
  'mithril.users': `
    tax_id varchar, person_id uuid, email varchar, is_active boolean=, is_blocked boolean=, block_reason varchar,
    settings jsonb, priv_settings jsonb`,
  'mithril.roles': 'name varchar, scope varchar',
  'mithril.global_user_roles': 'user_id uuid, role_id uuid',
  'mithril.clients': 'secret varchar, redirect_uri varchar, scope varchar',
  'mithril.tokens': `
    name varchar, value_hash varchar, expires_at timestamptz, user_id uuid, details jsonb`,
};

/** Tables of this program alone: nobody else reads or writes them. */
export const TABLES_OF_OURS = [
  'mimir.register_breakers',
  'mimir.register_call_counts',
  'mimir.register_places',
  'mimir.register_rate',
  'mimir.register_workers',
  'mpi.check_requests',
  'mpi.due_counts',
  'mpi.job_run_counts',
  'mpi.job_run_samples',
  'mpi.job_schedules',
  'mpi.media_uploads',
  'mpi.processes',
] as const;

const FULL_NAMES: Readonly<Record<string, string>> = {
  varchar: 'character varying',
  timestamptz: 'timestamp with time zone',
};

/** One promised column. */
export interface PromisedColumn {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly hasDefault: boolean;
}

/** The contract, column by column. */
export function promisedColumns(): PromisedColumn[] {
  const everywhere = 'id uuid!=, inserted_at timestamptz!=, updated_at timestamptz!=';
  return Object.entries(CONTRACT).flatMap(([table, columns]) =>
    `${everywhere}, ${columns}`.split(',').map((line) => promised(table, line.trim())),
  );
}

function promised(table: string, line: string): PromisedColumn {
  const [, column = '', type = '', notNull, hasDefault] = /^(\w+) (\w+)(!?)(=?)$/.exec(line) ?? [];
  if (column === '') throw new Error(`The contract of ${table} cannot be read at "${line}".`);
  return {
    table,
    column,
    type: FULL_NAMES[type] ?? type,
    nullable: notNull !== '!',
    hasDefault: hasDefault === '=',
  };
}
