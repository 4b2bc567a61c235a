import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import type { TokenFacts } from '../domain/access/access.rules';
import { agedRows, type Retention, type OldRows } from '../database/old-rows';
import { Token } from '../database/mithril/token.entity';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { insertRows, type Sql, type Statement } from '../database/transactions';

const ACCESS_TOKEN = 'access_token';

/** Who signed a registration, and so caused a token for another user. */
export interface GrantApplicant {
  readonly userId: string;
  readonly personId: string;
}

/** What a token allows, to whom, through which client, and who caused it. */
export interface Grant {
  readonly userId: string;
  readonly clientId: string;
  readonly grantType: string;
  /** Separated by spaces. */
  readonly scope: string;
  /** Only for a token of another user. */
  readonly applicant?: GrantApplicant;
  /** The audit log has them as the author of the token. */
  readonly actorId: string;
  readonly expiresAt: Date;
}

/**
 * Everything that decides about a call, in one statement. Other programs write these tables too: an empty column counts
 * against the token, and a malformed client id must not break the statement. $1 hash.
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
  async insertAccessToken(sql: Sql, grant: Grant, valueHash: string): Promise<void> {
    const { userId, actorId, expiresAt } = grant;
    const id = randomUUID();
    const details = detailsOf(grant);
    await insertRows(sql, Token, [{ id, name: ACCESS_TOKEN, valueHash, expiresAt, userId, details }]);
    const changeset = {
      name: { new_value: ACCESS_TOKEN },
      user_id: { new_value: userId },
      expires_at: { new_value: expiresAt.toISOString() },
      details: { new_value: details },
    };
    await insertRows(sql, AuditLog, [{ actorId, resource: 'tokens', resourceId: id, changeset }]);
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

/** Access tokens that expired long ago. Other programs remove the kinds they make. */
export function oldTokens(keeping: Retention): OldRows {
  return agedRows({
    ...keeping,
    schema: 'mithril',
    table: 'tokens',
    ageColumn: 'expires_at',
    condition: `o.name = '${ACCESS_TOKEN}'`,
  });
}
