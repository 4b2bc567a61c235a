import { Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE, DiscoveryModule } from '@nestjs/core';
import { TerminusModule } from '@nestjs/terminus';
import { AccessGuard } from './access.guard';
import { AccessCheck, DeclaredCalls } from './declared-calls.service';
import { EnvelopeInterceptor } from './envelope.interceptor';
import { HealthController, MetricsController } from './monitoring.controller';
import { HttpServers } from './http-listener';
import { BodyInterceptor } from './body.interceptor';
import { DocsController } from './openapi/docs.controller';
import { OpenApi } from './openapi/open-api.service';
import { ReadinessService } from './readiness.service';
import { RefusalFilter } from './refusal.filter';
import { RequestValidationPipe, UnreadQueryInterceptor } from './validation/request-validation.pipe';

/**
 * Everything that is the same for every call: envelope, refusals, access, ports, health, metrics, `/docs`. `CALLERS` and
 * `READINESS_PROBES` are of higher layers; a global module provides them.
 */
@Module({
  // It would log what the answer already says.
  imports: [DiscoveryModule, TerminusModule.forRoot({ logger: false })],
  controllers: [HealthController, MetricsController, DocsController],
  providers: [
    HttpServers,
    DeclaredCalls,
    AccessCheck,
    OpenApi,
    ReadinessService,
    { provide: APP_FILTER, useClass: RefusalFilter },
    { provide: APP_GUARD, useClass: AccessGuard },
    { provide: APP_PIPE, useClass: RequestValidationPipe },
    { provide: APP_INTERCEPTOR, useClass: BodyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: UnreadQueryInterceptor },
    { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
  ],
  exports: [DeclaredCalls, HttpServers],
})
export class HttpModule {}
