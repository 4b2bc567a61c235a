import type { QueryResultRow } from 'pg';
import type { Sql } from '../../src/database/transactions';
import type {
  RelationType,
  AuthenticationMethodType,
  DocumentType,
  RelationshipDocumentType,
} from '../../src/domain/person/dictionaries';
import type {
  RelationshipReason,
  RelationshipStatus,
} from '../../src/domain/confidant/relationship-status.rules';

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
    SELECT content_sha256, person_id, user_id FROM mpi.sign_ups WHERE person_id = $1 ORDER BY inserted_at, id`;
  return sql.query<SignUpRow>({ text }, [personId]);
}
