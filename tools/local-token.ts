import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '../src/config/settings.module';
import { type Sql, type Statement, Transactions } from '../src/database/transactions';
import { type Grant, TokenRepository } from '../src/mithril';

/** All local tokens belong to this user, so one row is enough. */
export const LOCAL_USER_ID = '00000000-0000-4000-8000-000000000004';
/** The legal entity that represents the national health service on a local machine. */
export const LOCAL_CLIENT_ID = '00000000-0000-4000-8000-000000000003';

const GRANT_TYPE = 'local';

const ENTITY: Statement = {
  text: `
    INSERT INTO prm.legal_entities (id, name, type, status, is_active)
    VALUES ($1, 'Local installation', 'NHS', 'ACTIVE', true)
    ON CONFLICT (id) DO NOTHING`,
};

/** Earlier tokens of the client keep their scopes. $1 client, $2 scopes. */
const CLIENT: Statement = {
  text: `
    INSERT INTO mithril.clients AS c (id, scope) VALUES ($1, array_to_string($2::text[], ' '))
    ON CONFLICT (id) DO UPDATE
       SET scope = (SELECT string_agg(DISTINCT scope, ' ' ORDER BY scope)
                      FROM unnest(string_to_array(coalesce(c.scope, ''), ' ') || $2::text[]) AS of_both (scope)
                     WHERE scope <> ''),
           updated_at = now()`,
};

const USER: Statement = {
  text: `
    INSERT INTO mithril.users (id, is_active, is_blocked) VALUES ($1, true, false)
    ON CONFLICT (id) DO NOTHING`,
};

/** What a local token or code allows, and for how long. */
export interface LocalGrant {
  readonly scopes: readonly string[];
  readonly ttlMinutes: number;
  /** Both the client and its legal entity have this id. */
  readonly clientId: string;
  readonly actorId: string;
}

/** Makes tokens and codes for a local installation. Development only. */
@Injectable()
export class LocalTokens {
  constructor(
    private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  /**
   * Issues a token, and creates what it needs: a legal entity of the national health service, its client and a user.
   * Existing rows stay as they are, except that the client gets the new scopes too.
   */
  issue(local: LocalGrant): Promise<string> {
    return this.transactions.inTransaction(async (sql) => {
      await ensureCaller(sql, local);
      return this.tokens.issue(sql, this.grantOf(local));
    });
  }

  /** The same for a code that signs in once. */
  issueCode(local: LocalGrant): Promise<string> {
    return this.transactions.inTransaction(async (sql) => {
      await ensureCaller(sql, local);
      return this.tokens.issueCode(sql, this.grantOf(local));
    });
  }

  private grantOf({ scopes, ttlMinutes, clientId, actorId }: LocalGrant): Grant {
    return {
      userId: LOCAL_USER_ID,
      clientId,
      grantType: GRANT_TYPE,
      scope: scopes.join(' '),
      actorId,
      expiresAt: new Date(this.clock().getTime() + ttlMinutes * 60_000),
    };
  }
}

/** The address of the page that exchanges a code for a session. `origin` has no slash at its end. */
export function signInLink(origin: string, code: string): string {
  return `${origin}/console/sign-in/link?code=${code}`;
}

async function ensureCaller(sql: Sql, { clientId, scopes }: LocalGrant): Promise<void> {
  await sql.query(ENTITY, [clientId]);
  await sql.query(CLIENT, [clientId, scopes]);
  await sql.query(USER, [LOCAL_USER_ID]);
}
