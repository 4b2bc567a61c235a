import { Inject, Injectable } from '@nestjs/common';
import { type Clock, CLOCK } from '../config/clock';
import { Transactions } from '../database/transactions';
import { IssueToken } from './issue-token';
import { LocalCallerRepository } from './local-caller.repository';

/** What a token for trying things out is to be good for. */
export interface LocalWish {
  readonly scopes: readonly string[];
  readonly ttlMinutes: number;
  /** The client, and the legal entity it belongs to: both have this id. */
  readonly clientId: string;
  readonly actorId: string;
}

const GRANT_TYPE = 'local';

/**
 * Makes a token for a local installation, and whoever it takes to use it: a legal entity of the national health service,
 * its client and a user. What is there already stays as it is, but for the client, who may then do more than before.
 */
@Injectable()
export class MakeLocalToken {
  constructor(
    @Inject(Transactions) private readonly transactions: Transactions,
    private readonly callers: LocalCallerRepository,
    private readonly issueToken: IssueToken,
    @Inject(CLOCK) private readonly clock: Clock,
  ) {}

  run({ scopes, ttlMinutes, clientId, actorId }: LocalWish): Promise<string> {
    return this.transactions.inTransaction(async (sql) => {
      const userId = await this.callers.ensure(sql, { clientId, scopes });
      return this.issueToken.run(sql, {
        userId,
        clientId,
        grantType: GRANT_TYPE,
        scope: scopes.join(' '),
        actorId,
        expiresAt: new Date(this.clock().getTime() + ttlMinutes * 60_000),
      });
    });
  }
}
