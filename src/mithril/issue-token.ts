import { createHash, randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import { TokenRepository } from './token.repository';

/** What a token allows, to whom, through which client, and who asked for it. */
export interface Grant {
  readonly userId: string;
  readonly clientId: string;
  readonly grantType: string;
  /** Separated by spaces. */
  readonly scope: string;
  readonly applicantUserId: string;
  readonly applicantPersonId: string;
  readonly expiresAt: Date;
}

/** 256 bits, as many as its hash has: nobody guesses one. */
const TOKEN_BYTES = 32;

/** Issues an access token. It is shown once, to who asked for it; the database only knows its hash. */
@Injectable()
export class IssueToken {
  constructor(private readonly tokens: TokenRepository) {}

  async run(sql: Sql, grant: Grant): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.tokens.insertAccessToken(sql, { ...grant, valueHash: hashOf(token) });
    return token;
  }
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
