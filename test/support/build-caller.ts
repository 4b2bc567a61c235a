import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Sql } from '../../src/database/transactions';
import { aUser } from './build-user';
import { insertRows } from './drafts';

/**
 * Somebody who calls with a token: unless told otherwise an active user of the national health service, whose token is
 * good for an hour and allows nothing.
 */
export function aCaller(): CallerBuilder {
  return new CallerBuilder();
}

const HOUR_MS = 3_600_000;

export class CallerBuilder {
  private readonly user = aUser();
  private readonly entity = { type: 'NHS', status: 'ACTIVE', is_active: true };
  private readonly token = { name: 'access_token', lastsMs: HOUR_MS };
  private tokenScope = '';
  private clientScope = '';
  private userId: string = randomUUID();

  /** Of the user and of the client. */
  withScope(scope: string): this {
    this.tokenScope = this.clientScope = scope;
    return this;
  }

  withTokenScope(scope: string): this {
    this.tokenScope = scope;
    return this;
  }

  withClientScope(scope: string): this {
    this.clientScope = scope;
    return this;
  }

  withUserId(id: string): this {
    this.userId = id;
    return this;
  }

  ofType(type: string): this {
    this.entity.type = type;
    return this;
  }

  withEntityStatus(status: 'ACTIVE' | 'SUSPENDED' | 'CLOSED'): this {
    this.entity.status = status;
    return this;
  }

  withInactiveEntity(): this {
    this.entity.is_active = false;
    return this;
  }

  blocked(): this {
    this.user.blocked();
    return this;
  }

  inactive(): this {
    this.user.inactive();
    return this;
  }

  expired(): this {
    this.token.lastsMs = -1;
    return this;
  }

  withTokenNamed(name: string): this {
    this.token.name = name;
    return this;
  }

  /** Gives the token. */
  async save(sql: Sql): Promise<string> {
    const clientId = randomUUID();
    const token = randomBytes(32).toString('base64url');
    await insertRows(sql, 'prm.legal_entities', [{ id: clientId, ...this.entity }]);
    await insertRows(sql, 'mithril.clients', [{ id: clientId, scope: this.clientScope }]);
    await this.user.withId(this.userId).save(sql);
    await insertRows(sql, 'mithril.tokens', [
      {
        id: randomUUID(),
        name: this.token.name,
        value_hash: createHash('sha256').update(token).digest('hex'),
        expires_at: new Date(Date.now() + this.token.lastsMs),
        user_id: this.userId,
        details: { scope: this.tokenScope, client_id: clientId, grant_type: 'authorization_code' },
      },
    ]);
    return token;
  }
}
