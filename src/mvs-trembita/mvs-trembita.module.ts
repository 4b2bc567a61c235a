import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CircuitBreakerRepository, PermitRepository } from './limiter/limiter.repository';
import { RegisterLimiter } from './limiter/register-limiter.service';
import { RegisterStateRepository } from './limiter/register-state.repository';
import { MvsTrembitaClient } from './mvs-trembita.client';
import { CallLog, RegisterCalls } from './register-call.service';
import { RegisterController } from './register.controller';
import { SecurityServerClient } from './security-server.client';
import { TrembitaSettings } from './trembita.settings';

/**
 * The ministry's register, for every module that asks it. Not global: Nest shuts global modules down last, together
 * with the database, and the limiter releases its permits through the database.
 */
@Module({
  controllers: [RegisterController],
  providers: [
    TrembitaSettings,
    PermitRepository,
    CircuitBreakerRepository,
    RegisterStateRepository,
    RegisterLimiter,
    SecurityServerClient,
    CallLog,
    RegisterCalls,
    MvsTrembitaClient,
  ],
  exports: [MvsTrembitaClient, RegisterLimiter, RegisterStateRepository],
})
export class MvsTrembitaModule implements OnApplicationShutdown {
  constructor(private readonly limiter: RegisterLimiter) {}

  /** Nest calls this after the same hook of the providers, so no call is under way and the permits can go. */
  async onApplicationShutdown(): Promise<void> {
    await this.limiter.leave();
  }
}
