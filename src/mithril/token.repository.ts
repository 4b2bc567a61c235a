import { Injectable } from '@nestjs/common';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { type Caller, callerBehind, type TokenFacts } from '../domain/access/access.rules';
import { agedRows, type Retention, type OldRows } from '../database/old-rows';
import { Token } from '../database/mithril/token.entity';
import { AuditLog } from '../database/mpi/audit-log.entity';
import { insertRows, type Sql, type Statement, Transactions } from '../database/transactions';
import type { Callers } from '../http';

const ACCESS_TOKEN = 'access_token';

/**
 * Our own name for what is exchanged once for an access token; no call takes it as one. The authorization server writes
 * `authorization_code` for the clients of others, who prove themselves to it: nobody is to spend those here.
 */
const SIGN_IN_CODE = 'console_sign_in_code';

/** How long a token lasts that a code was exchanged for, and a session at most. */
export const WORKING_DAY_HOURS = 8;

/** 256 bits, as many as the hash has. */
const TOKEN_BYTES = 32;

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
           (extract(epoch FROM t.expires_at) - extract(epoch FROM now()))::float8 AS seconds_left,
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
  readonly seconds_left: number | null;
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

/** $1 hash, $2 changeset. */
const REVOKE: Statement = {
  name: 'token_revoke',
  text: `
    WITH revoked AS (
      DELETE FROM mithril.tokens WHERE value_hash = $1 AND name = 'access_token' RETURNING id, user_id)
    INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
    SELECT user_id, 'tokens', id, $2::jsonb FROM revoked`,
};

/** Of two who spend a code at the same moment the later one waits, and then finds no row. $1 hash, $2 changeset. */
const SPEND_CODE: Statement = {
  name: 'token_spend_code',
  text: `
    WITH spent AS (
      DELETE FROM mithril.tokens t USING mithril.users u
       WHERE t.value_hash = $1 AND t.name = '${SIGN_IN_CODE}' AND t.expires_at > now()
         AND u.id = t.user_id AND u.is_active AND u.is_blocked IS NOT TRUE
      RETURNING t.id, t.user_id, t.details),
    audited AS (
      INSERT INTO mpi.audit_log (actor_id, resource, resource_id, changeset)
      SELECT user_id, 'tokens', id, $2::jsonb FROM spent)
    SELECT user_id AS "userId", coalesce(details->>'client_id', '') AS "clientId",
           coalesce(details->>'scope', '') AS scope, now() + interval '${WORKING_DAY_HOURS} hours' AS "expiresAt"
      FROM spent`,
};

const REMOVE_EXPIRED_CODES: Statement = {
  name: 'token_remove_expired_codes',
  text: `DELETE FROM mithril.tokens WHERE user_id = $1 AND name = '${SIGN_IN_CODE}' AND expires_at <= now()`,
};

type SpentCode = Pick<Grant, 'userId' | 'clientId' | 'scope' | 'expiresAt'>;

/** Access tokens and codes that sign in once, of which the database has only the hashes. The only writer of `tokens`. */
@Injectable()
export class TokenRepository implements Callers {
  constructor(private readonly transactions: Transactions) {}

  /**
   * The caller behind a token. Reads the token anew for every call: after a user is blocked, their next call is refused.
   */
  async authenticate(token: string): Promise<Caller> {
    const row = await this.factsOf(token);
    return callerBehind(row && factsIn(row));
  }

  /** For how many whole seconds a token counts, by the clock of the database. Refuses what `authenticate` refuses. */
  async secondsLeft(token: string): Promise<number> {
    const row = await this.factsOf(token);
    callerBehind(row && factsIn(row));
    return Math.floor(row?.seconds_left ?? 0);
  }

  /** Issues a token in the caller's transaction. Returns the token itself, which is readable only here. */
  issue(sql: Sql, grant: Grant): Promise<string> {
    return this.insert(sql, ACCESS_TOKEN, grant);
  }

  /**
   * Issues a code that is exchanged once for a token of the same user, client and scope. Returns the code itself. Expired
   * codes of the user are removed: the purge removes access tokens only.
   */
  async issueCode(sql: Sql, grant: Grant): Promise<string> {
    await sql.query(REMOVE_EXPIRED_CODES, [grant.userId]);
    return this.insert(sql, SIGN_IN_CODE, grant);
  }

  /**
   * The token for a code, which is spent by that. Undefined, and nothing is written, for a code that was used, has expired or
   * is unknown, and for one of a user who is blocked or inactive.
   */
  exchange(code: string): Promise<string | undefined> {
    return this.transactions.inTransaction(async (sql) => {
      const values = [hashOf(code), JSON.stringify(removalOf(SIGN_IN_CODE))];
      const [spent] = await sql.query<SpentCode & Record<string, unknown>>(SPEND_CODE, values);
      if (spent === undefined) return undefined;
      return this.issue(sql, { ...spent, grantType: SIGN_IN_CODE, actorId: spent.userId });
    });
  }

  /** Ends an access token at once: it is looked up anew for every call. Does nothing for a token that has ended. */
  async revoke(token: string): Promise<void> {
    await this.transactions.query(REVOKE, [hashOf(token), JSON.stringify(removalOf(ACCESS_TOKEN))]);
  }

  private async factsOf(token: string): Promise<FactsRow | undefined> {
    const [row] = await this.transactions.query<FactsRow>(FACTS_OF, [hashOf(token)]);
    return row;
  }

  private async insert(sql: Sql, name: string, grant: Grant): Promise<string> {
    const { userId, actorId, expiresAt } = grant;
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    const id = randomUUID();
    const details = detailsOf(grant);
    await insertRows(sql, Token, [{ id, name, valueHash: hashOf(token), expiresAt, userId, details }]);
    const changeset = {
      name: { new_value: name },
      user_id: { new_value: userId },
      expires_at: { new_value: expiresAt.toISOString() },
      details: { new_value: details },
    };
    await insertRows(sql, AuditLog, [{ actorId, resource: 'tokens', resourceId: id, changeset }]);
    return token;
  }
}

const removalOf = (name: string) => ({ name: { old_value: name, new_value: null } });

/** A random token needs no salt. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
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
