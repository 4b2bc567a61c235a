import { Module } from '@nestjs/common';
import { TokenController } from './token.controller';
import { TokenRepository } from './token.repository';
import { UserRepository } from './user.repository';

/** Users, and what they may do with which token. */
@Module({
  controllers: [TokenController],
  providers: [TokenRepository, UserRepository],
  exports: [TokenRepository, UserRepository],
})
export class MithrilModule {}
