import type { Sql } from '../../src/database/transactions';
import type {
  CumulativeStatus,
  PartyCumulativeStatus,
  StreamReason,
  StreamStatus,
} from '../../src/domain/verification/stream';
import type { RegisterStreamName, StreamName } from '../../src/domain/verification/stream';
import type { QueryResultRow } from 'pg';
import type { RelationType } from '../../src/domain/person/dictionaries';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';
import type { AuthenticationMethodType } from '../../src/domain/person/dictionaries';
import type { DocumentType, RelationshipDocumentType } from '../../src/domain/person/dictionaries';

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

/** Oldest first; those of one transaction in the order of their content. */
export async function eventsOf(sql: Sql, id: string): Promise<EventRow[]> {
  const text = `
    SELECT entity_type, properties, event_time, changed_by FROM mpi.status_change_events
     WHERE entity_id = $1 ORDER BY event_time, properties::text`;
  return sql.query<EventRow>({ text }, [id]);
}

/** The audited changes, oldest first; those of one transaction in the order of their content. Readings are in `readingsIn`. */
export async function auditOf(sql: Sql, id: string): Promise<AuditRow[]> {
  const text = `
    SELECT actor_id, resource, changeset, "row", run_id, claim_id, message_id, duration_ms, inserted_at
      FROM mpi.audit_log WHERE resource_id = $1 AND NOT changeset ? 'read' ORDER BY inserted_at, changeset::text`;
  return sql.query<AuditRow>({ text }, [id]);
}

/** An audited reading: who read what, and what the row says of it. */
export type ReadingRow = Pick<AuditRow, 'actor_id' | 'resource' | 'changeset'> & {
  readonly resource_id: string | null;
};

/** The audited calls that read persons or relationships, oldest first. */
export function readingsIn(sql: Sql): Promise<ReadingRow[]> {
  const text = `
    SELECT actor_id, resource, resource_id, changeset FROM mpi.audit_log
     WHERE changeset ? 'read' AND changeset ? 'ids' ORDER BY inserted_at`;
  return sql.query<ReadingRow>({ text });
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

/** A row of `confidant_person_relationships` with its documents. Days are texts, as the rules know them. */
export interface RelationshipRow extends QueryResultRow {
  id: string;
  confidant_person_id: string;
  person_id: string;
  relation_type: RelationType;
  is_active: boolean;
  active_to: string | null;
  verification_status: RelationshipStatus;
  verification_reason: RelationshipReason;
  inserted_by: string | null;
  updated_by: string | null;
  documents: readonly RelationshipDocumentRow[];
}

interface RelationshipDocumentRow {
  type: RelationshipDocumentType;
  number: string;
  issued_by: string | null;
  issued_at: string | null;
}

/** A row of `person_authentication_methods`. */
export interface AuthenticationMethodRow extends QueryResultRow {
  id: string;
  type: AuthenticationMethodType;
  phone_number: string | null;
  value: string | null;
  alias: string | null;
  started_at: Date | null;
  ended_at: Date | null;
  is_active: boolean;
}

/** A row of `person_documents`. */
export interface DocumentRow extends QueryResultRow {
  type: DocumentType;
  number: string;
  issued_by: string | null;
  issued_at: string | null;
  expiration_date: string | null;
}

/** A row of `mithril.users`. */
export interface UserRow extends QueryResultRow {
  id: string;
  person_id: string | null;
  tax_id: string | null;
  is_active: boolean;
  is_blocked: boolean;
}

/** A row of `mithril.tokens`. */
export interface TokenRow extends QueryResultRow {
  name: string;
  value_hash: string;
  expires_at: Date;
  details: Readonly<Record<string, unknown>>;
}

/** A row of `sign_ups`. */
export interface SignUpRow extends QueryResultRow {
  content_sha256: string;
  person_id: string;
  user_id: string | null;
  created_person: boolean;
}

/** Of the person who is acted for; oldest first, the ended ones too. */
export async function relationshipsOf(sql: Sql, personId: string): Promise<RelationshipRow[]> {
  const text = `
    SELECT r.id, confidant_person_id, person_id, relation_type, is_active, active_to::text, verification_status,
           verification_reason, inserted_by, updated_by,
           (SELECT coalesce(jsonb_agg(jsonb_build_object('type', d.type, 'number', d.number,
                     'issued_by', d.issued_by, 'issued_at', d.issued_at) ORDER BY d.type, d.number), '[]')
              FROM mpi.confidant_person_relationship_documents AS d
             WHERE d.confidant_person_relationship_id = r.id) AS documents
      FROM mpi.confidant_person_relationships AS r WHERE person_id = $1 ORDER BY inserted_at, id`;
  return sql.query<RelationshipRow>({ text }, [personId]);
}

/** Oldest first, the ended and withdrawn ones too. */
export async function authenticationMethodsOf(
  sql: Sql,
  personId: string,
): Promise<AuthenticationMethodRow[]> {
  const text = `
    SELECT id, type, phone_number, value, alias, started_at, ended_at, is_active
      FROM mpi.person_authentication_methods WHERE person_id = $1 ORDER BY inserted_at, id`;
  return sql.query<AuthenticationMethodRow>({ text }, [personId]);
}

/** In the order of their types. */
export async function documentsOf(sql: Sql, personId: string): Promise<DocumentRow[]> {
  const text = `
    SELECT type, number, issued_by, issued_at::text, expiration_date::text
      FROM mpi.person_documents WHERE person_id = $1 ORDER BY type, number`;
  return sql.query<DocumentRow>({ text }, [personId]);
}

/** Oldest first, the inactive ones too. */
export async function usersOf(sql: Sql, personId: string): Promise<UserRow[]> {
  const text = `
    SELECT id, person_id, tax_id, is_active, is_blocked FROM mithril.users WHERE person_id = $1
     ORDER BY inserted_at, id`;
  return sql.query<UserRow>({ text }, [personId]);
}

/** Oldest first. */
export async function tokensOf(sql: Sql, userId: string): Promise<TokenRow[]> {
  const text = `
    SELECT name, value_hash, expires_at, details FROM mithril.tokens WHERE user_id = $1 ORDER BY inserted_at, id`;
  return sql.query<TokenRow>({ text }, [userId]);
}

/** Oldest first. */
export async function signUpsOf(sql: Sql, personId: string): Promise<SignUpRow[]> {
  const text = `
    SELECT content_sha256, person_id, user_id, created_person FROM mpi.sign_ups WHERE person_id = $1 ORDER BY inserted_at, id`;
  return sql.query<SignUpRow>({ text }, [personId]);
}
