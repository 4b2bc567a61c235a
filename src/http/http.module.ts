import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from './access.guard';
import { CALLERS, type Callers } from './access.decorator';
import { AccessCheck } from './access-check.service';
import { DeclaredCalls } from './declared-calls.service';
import { EnvelopeInterceptor } from './envelope.interceptor';
import { HealthController } from './health.controller';
import { MetricsController } from './metrics.controller';
import { HttpServers } from './http-listener';
import { DocsController } from './openapi/docs.controller';
import { OpenApi } from './openapi/open-api';
import { READINESS_PROBES, type ReadinessProbes } from './readiness';
import { RefusalFilter } from './refusal.filter';

/** How a part is made, and of what. */
type Source<Part> = Pick<FactoryProvider<Part>, 'useFactory' | 'inject'>;

/** What rooms above hand in, and the modules it comes from. */
interface HandedIn {
  readonly imports?: NonNullable<ModuleMetadata['imports']>;
  readonly probes: Source<ReadinessProbes>;
  readonly callers: Source<Callers>;
}

/** Everything that is the same for every call: envelope, refusals, access, ports, health, metrics, `/docs`. */
@Module({})
export class HttpModule {
  static of({ imports = [], probes, callers }: HandedIn): DynamicModule {
    return {
      module: HttpModule,
      imports: [DiscoveryModule, ...imports],
      controllers: [HealthController, MetricsController, DocsController],
      providers: [
        HttpServers,
        DeclaredCalls,
        AccessCheck,
        OpenApi,
        { provide: READINESS_PROBES, ...probes },
        { provide: CALLERS, ...callers },
        { provide: APP_FILTER, useClass: RefusalFilter },
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
      ],
    };
  }
}
