import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Sql, Transactions } from '../database/transactions';
import { callerBehind, type Caller } from '../domain/access/access.rules';
import type { Callers } from '../http';
import { type Grant, TokenRepository } from './token.repository';

/** 256 bits, as many as the hash has. */
const TOKEN_BYTES = 32;

/** Access tokens. The database has only their hashes. */
@Injectable()
export class TokenService implements Callers {
  constructor(
    private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
  ) {}

  /**
   * The caller behind a token. Reads the token anew for every call: after a user is blocked, their next call is refused.
   */
  async authenticate(token: string): Promise<Caller> {
    return callerBehind(await this.tokens.factsOf(this.transactions, hashOf(token)));
  }

  /** Issues a token in the caller's transaction. Returns the token itself, which is readable only here. */
  async issue(sql: Sql, grant: Grant): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.tokens.insertAccessToken(sql, grant, hashOf(token));
    return token;
  }
}

/** A random token needs no salt. */
function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
