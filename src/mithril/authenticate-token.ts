import { Inject, Injectable } from '@nestjs/common';
import { Transactions } from '../database/transactions';
import { callerBehind } from '../domain/access/access.rules';
import type { Caller } from '../domain/access/caller';
import { hashOfToken } from './hash-of-token';
import { TokenRepository } from './token.repository';

/** Who is behind an access token. Asked anew for every call: whoever is blocked now is out with his next one. */
@Injectable()
export class AuthenticateToken {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
  ) {}

  async run(token: string): Promise<Caller> {
    return callerBehind(await this.tokens.factsOf(this.transactions, hashOfToken(token)));
  }
}
