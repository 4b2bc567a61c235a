import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';
import type { TokenFacts } from '../domain/access/access.rules';
import type { Grant } from './grant';

/** A token as it is kept: without itself. */
export interface KeptToken extends Grant {
  readonly valueHash: string;
}

/** $1 hash, $2 expires at, $3 user, $4 details, $5 actor, $6 changeset. */
const INSERT_ACCESS_TOKEN: Statement = {
  name: 'token_insert_access_token',
  text: `
    WITH issued AS (
      INSERT INTO mithril.tokens (name, value_hash, expires_at, user_id, details)
      VALUES ('access_token', $1, $2, $3, $4::jsonb)
      RETURNING id)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT $5::uuid, 'tokens', id, $6::jsonb FROM issued`,
};

/**
 * Everything that decides about a call, in one look at one moment. Other programs write these tables too: what is empty
 * counts against the token, and a client id that is none must not break the statement. $1 hash.
 */
const FACTS_OF: Statement = {
  name: 'token_facts_of',
  text: `
    SELECT coalesce(t.expires_at <= now(), true) AS is_expired,
           u.id AS user_id, coalesce(u.is_active, false) AS user_is_active,
           coalesce(u.is_blocked, false) AS user_is_blocked,
           t.client_id, t.scope AS token_scope, c.scope AS client_scope,
           e.type AS entity_type, e.status AS entity_status, coalesce(e.is_active, false) AS entity_is_active
      FROM (SELECT expires_at, user_id, details->>'scope' AS scope,
                   CASE WHEN details->>'client_id' ~* '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                        THEN (details->>'client_id')::uuid END AS client_id
              FROM mithril.tokens
             WHERE value_hash = $1 AND name = 'access_token') t
      LEFT JOIN mithril.users u ON u.id = t.user_id
      LEFT JOIN mithril.clients c ON c.id = t.client_id
      LEFT JOIN prm.legal_entities e ON e.id = c.id`,
};

interface FactsRow {
  readonly is_expired: boolean;
  readonly user_id: string | null;
  readonly user_is_active: boolean;
  readonly user_is_blocked: boolean;
  readonly client_id: string | null;
  readonly token_scope: string | null;
  readonly client_scope: string | null;
  readonly entity_type: string | null;
  readonly entity_status: string | null;
  readonly entity_is_active: boolean;
}

/** The only writer of `tokens`. */
@Injectable()
export class TokenRepository {
  /** Who asked for it is the actor: the token may allow him to act for somebody else. */
  async insertAccessToken(sql: Sql, token: KeptToken): Promise<void> {
    const expiresAt = token.expiresAt.toISOString();
    const details = detailsOf(token);
    const changeset = {
      name: { new_value: 'access_token' },
      user_id: { new_value: token.userId },
      expires_at: { new_value: expiresAt },
      details: { new_value: details },
    };
    await sql.query(INSERT_ACCESS_TOKEN, [
      token.valueHash,
      expiresAt,
      token.userId,
      JSON.stringify(details),
      token.actorId,
      JSON.stringify(changeset),
    ]);
  }

  /** Nothing when no access token has this hash. */
  async factsOf(sql: Sql, valueHash: string): Promise<TokenFacts | undefined> {
    const [row] = await sql.query<FactsRow>(FACTS_OF, [valueHash]);
    return row && factsIn(row);
  }
}

function detailsOf({ scope, clientId, grantType, applicant }: Grant): Readonly<Record<string, string>> {
  return {
    scope,
    client_id: clientId,
    grant_type: grantType,
    ...(applicant && { applicant_user_id: applicant.userId, applicant_person_id: applicant.personId }),
  };
}

function factsIn(row: FactsRow): TokenFacts {
  const { user_id: userId, entity_type: type, entity_status: status } = row;
  return {
    isExpired: row.is_expired,
    user:
      userId === null ? null : { id: userId, isActive: row.user_is_active, isBlocked: row.user_is_blocked },
    clientId: row.client_id,
    tokenScope: row.token_scope,
    clientScope: row.client_scope,
    legalEntity: type === null ? null : { type, status, isActive: row.entity_is_active },
  };
}
