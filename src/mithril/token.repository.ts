import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';

/** A token as it is kept: without itself. */
export interface KeptToken {
  readonly valueHash: string;
  readonly userId: string;
  readonly clientId: string;
  readonly grantType: string;
  readonly scope: string;
  readonly applicantUserId: string;
  readonly applicantPersonId: string;
  readonly expiresAt: Date;
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

/** The only writer of `tokens`. */
@Injectable()
export class TokenRepository {
  /** Who asked for it is the actor: the token allows him to act for somebody else. */
  async insertAccessToken(sql: Sql, token: KeptToken): Promise<void> {
    const expiresAt = token.expiresAt.toISOString();
    const details = {
      scope: token.scope,
      client_id: token.clientId,
      grant_type: token.grantType,
      applicant_user_id: token.applicantUserId,
      applicant_person_id: token.applicantPersonId,
    };
    const changeset = {
      name: { new_value: 'access_token' },
      user_id: { new_value: token.userId },
      expires_at: { new_value: expiresAt },
      details: { new_value: details },
    };
    await sql.rows(INSERT_ACCESS_TOKEN, [
      token.valueHash,
      expiresAt,
      token.userId,
      JSON.stringify(details),
      token.applicantUserId,
      JSON.stringify(changeset),
    ]);
  }
}
