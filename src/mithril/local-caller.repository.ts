import { Injectable } from '@nestjs/common';
import type { Sql, Statement } from '../database/transactions';

/** The one user of tokens for trying things out; always the same, so that one row is enough. */
const LOCAL_USER_ID = '00000000-0000-4000-8000-000000000004';

const ENTITY: Statement = {
  text: `
    INSERT INTO prm.legal_entities (id, name, type, status, is_active)
    VALUES ($1, 'Local installation', 'NHS', 'ACTIVE', true)
    ON CONFLICT (id) DO NOTHING`,
};

/** Earlier tokens of the client keep what they were given. $1 client, $2 scopes. */
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

/** Whoever it takes to use a token on a machine of one's own. Never called by a door. */
@Injectable()
export class LocalCallerRepository {
  /** Gives the id of the user. */
  async ensure(
    sql: Sql,
    { clientId, scopes }: { readonly clientId: string; readonly scopes: readonly string[] },
  ): Promise<string> {
    await sql.query(ENTITY, [clientId]);
    await sql.query(CLIENT, [clientId, scopes]);
    await sql.query(USER, [LOCAL_USER_ID]);
    return LOCAL_USER_ID;
  }
}
