import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { CircuitBreakerRepository, PermitRepository } from './limiter/limiter.repository';
import { RegisterLimiter } from './limiter/register-limiter.service';
import { MvsTrembitaClient } from './mvs-trembita.client';
import { CallLog, RegisterCalls } from './register-call.service';
import { SecurityServerClient } from './security-server.client';
import { TrembitaSettings } from './trembita.settings';

/**
 * The ministry's register, for every module that asks it. Not global: Nest shuts global modules down last, together
 * with the database, and the limiter releases its permits through the database.
 */
@Module({
  providers: [
    TrembitaSettings,
    PermitRepository,
    CircuitBreakerRepository,
    RegisterLimiter,
    SecurityServerClient,
    CallLog,
    RegisterCalls,
    MvsTrembitaClient,
  ],
  exports: [MvsTrembitaClient, RegisterLimiter],
})
export class MvsTrembitaModule implements OnApplicationShutdown {
  constructor(private readonly limiter: RegisterLimiter) {}

  /** Nest calls this after the same hook of the providers, so no call is under way and the permits can go. */
  async onApplicationShutdown(): Promise<void> {
    await this.limiter.leave();
  }
}
