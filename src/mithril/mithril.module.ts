import { Module } from '@nestjs/common';
import { IssueToken } from './issue-token';
import { TokenRepository } from './token.repository';
import { UserRepository } from './user.repository';

/** Users and what they may do by which token. */
@Module({
  providers: [IssueToken, TokenRepository, UserRepository],
  exports: [IssueToken, UserRepository],
})
export class MithrilModule {}
