import type { Sql } from '../../src/database/transactions';
import type {
  CumulativeStatus,
  PartyCumulativeStatus,
  StreamReason,
  StreamStatus,
  RegisterStreamName,
  StreamName,
} from '../../src/domain/verification/stream';

type Statuses<Stream extends string> = { [Name in Stream as `${Name}_verification_status`]: StreamStatus } & {
  [Name in Stream as `${Name}_verification_reason`]: StreamReason;
};

type Answers<Stream extends string> = { [Name in Stream as `${Name}_data_id`]: string | null } & {
  [Name in Stream as `${Name}_data_status`]: number | null;
} & { [Name in Stream as `${Name}_${'synced_at' | 'unverified_at'}`]: Date | null };

type Retries = { [Name in RegisterStreamName as `${Name}_retry_at`]: Date | null };

/** A row of `person_verifications`, and beside it `persons.verification_status`. */
export type VerificationRow = Statuses<StreamName> &
  Answers<RegisterStreamName> &
  Retries & {
    cumulative_status: CumulativeStatus | null;
    person_is_active: boolean;
    updated_at: Date;
    updated_by: string | null;
  };

type PartyStreamName = Exclude<StreamName, 'nhs' | 'dracs_birth' | 'legal_capacity' | 'unzr'>;

/** A row of `party_verifications`, and beside it `parties.verification_status`. */
export type PartyVerificationRow = Statuses<PartyStreamName> &
  Answers<Exclude<RegisterStreamName, 'unzr'>> &
  Omit<Retries, 'unzr_retry_at'> & {
    cumulative_status: PartyCumulativeStatus | null;
    party_is_active: boolean;
    updated_at: Date;
    updated_by: string | null;
  };

/** A row of `status_change_events`. */
export interface EventRow {
  entity_type: 'Person' | 'Party' | 'ConfidantPersonRelationship';
  properties: Record<string, { new_value: string }>;
  event_time: Date;
  changed_by: string;
}

/** A row of `audit_log`. */
export interface AuditRow {
  actor_id: string;
  resource: string;
  changeset: Record<string, unknown>;
  row: string | null;
  run_id: string | null;
  claim_id: string | null;
  message_id: string | null;
  duration_ms: number | null;
  inserted_at: Date;
}

/** A row of `verification_locks` or `party_verification_locks`. */
export interface LockRow {
  claim_id: string | null;
  status_before: StreamStatus | null;
  reason_before: StreamReason | null;
  attempts: number;
  tried_in_run: string | null;
  last_message_id: string | null;
  last_error_kind: string | null;
}

export async function verificationOf(sql: Sql, personId: string): Promise<VerificationRow> {
  const text = `
    SELECT v.*, p.verification_status AS cumulative_status
      FROM mpi.person_verifications AS v JOIN mpi.persons AS p ON p.id = v.person_id WHERE v.person_id = $1`;
  return theOne(await sql.query<VerificationRow>({ text }, [personId]));
}

export async function partyVerificationOf(sql: Sql, partyId: string): Promise<PartyVerificationRow> {
  const text = `
    SELECT v.*, p.verification_status AS cumulative_status
      FROM prm.party_verifications AS v JOIN prm.parties AS p ON p.id = v.party_id WHERE v.party_id = $1`;
  return theOne(await sql.query<PartyVerificationRow>({ text }, [partyId]));
}

/** Oldest first; those of one transaction in the order of what they say. */
export async function eventsOf(sql: Sql, id: string): Promise<EventRow[]> {
  const text = `
    SELECT entity_type, properties, event_time, changed_by FROM mpi.status_change_events
     WHERE entity_id = $1 ORDER BY event_time, properties::text`;
  return sql.query<EventRow>({ text }, [id]);
}

/** Oldest first; those of one transaction in the order of what they say. */
export async function auditOf(sql: Sql, id: string): Promise<AuditRow[]> {
  const text = `
    SELECT actor_id, resource, changeset, "row", run_id, claim_id, message_id, duration_ms, inserted_at
      FROM mpi.audit_log WHERE resource_id = $1 ORDER BY inserted_at, changeset::text`;
  return sql.query<AuditRow>({ text }, [id]);
}

/** What `auditOf` gives, of one stream: signed data begin all of them again. */
export async function auditOfStream(sql: Sql, id: string, stream: StreamName): Promise<AuditRow[]> {
  const rows = await auditOf(sql, id);
  return rows.filter(({ changeset }) => `${stream}_verification_status` in changeset);
}

/** Null when nobody holds the stream and nobody waits for a retry. */
export async function lockOf(sql: Sql, personId: string, stream: StreamName): Promise<LockRow | null> {
  const text = `SELECT * FROM mpi.verification_locks WHERE person_id = $1 AND stream = $2`;
  const [row] = await sql.query<LockRow>({ text }, [personId, stream]);
  return row ?? null;
}

export async function partyLockOf(sql: Sql, partyId: string, stream: StreamName): Promise<LockRow | null> {
  const text = `SELECT * FROM prm.party_verification_locks WHERE party_id = $1 AND stream = $2`;
  const [row] = await sql.query<LockRow>({ text }, [partyId, stream]);
  return row ?? null;
}

function theOne<Row>(rows: readonly Row[]): Row {
  const [row] = rows;
  if (row === undefined || rows.length > 1)
    throw new Error(`There are ${rows.length} rows where one was meant.`);
  return row;
}
