import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Sql } from '../database/transactions';
import type { Grant } from './grant';
import { hashOfToken } from './hash-of-token';
import { TokenRepository } from './token.repository';

/** 256 bits, as many as its hash has: nobody guesses one. */
const TOKEN_BYTES = 32;

/** Issues an access token. It is shown once, to who asked for it; the database only knows its hash. */
@Injectable()
export class IssueToken {
  constructor(private readonly tokens: TokenRepository) {}

  async run(sql: Sql, grant: Grant): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url');
    await this.tokens.insertAccessToken(sql, { ...grant, valueHash: hashOfToken(token) });
    return token;
  }
}
