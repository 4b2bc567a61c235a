import { Module } from '@nestjs/common';
import { AuthenticateToken } from './authenticate-token';
import { IssueToken } from './issue-token';
import { LocalCallerRepository } from './local-caller.repository';
import { MakeLocalToken } from './make-local-token';
import { TokenRepository } from './token.repository';
import { UserRepository } from './user.repository';

/** Users and what they may do by which token. */
@Module({
  providers: [
    AuthenticateToken,
    IssueToken,
    LocalCallerRepository,
    MakeLocalToken,
    TokenRepository,
    UserRepository,
  ],
  exports: [AuthenticateToken, IssueToken, MakeLocalToken, UserRepository],
})
export class MithrilModule {}
