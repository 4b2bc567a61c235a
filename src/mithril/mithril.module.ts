import { Module } from '@nestjs/common';
import { TokenRepository } from './token.repository';
import { TokenService } from './token.service';
import { UserRepository } from './user.repository';

/** Users, and what they may do with which token. */
@Module({
  providers: [TokenService, TokenRepository, UserRepository],
  exports: [TokenService, UserRepository],
})
export class MithrilModule {}
