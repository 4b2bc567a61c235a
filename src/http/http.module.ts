import { Module, type DynamicModule, type FactoryProvider, type ModuleMetadata } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { EnvelopeInterceptor } from './envelope.interceptor';
import { HealthController } from './health.controller';
import { InternalPortGuard } from './internal-port.guard';
import { MetricsController } from './metrics.controller';
import { OpenDoors } from './open-doors';
import { READINESS_PROBES, type ReadinessProbes } from './readiness';
import { RefusalFilter } from './refusal.filter';

/** How the probes are made: what they need, and from which modules. */
interface ProbesSource extends Pick<FactoryProvider<ReadinessProbes>, 'useFactory' | 'inject'> {
  imports?: NonNullable<ModuleMetadata['imports']>;
}

/** Everything that is the same for every call: envelope, refusals, ports, health, metrics. */
@Module({})
export class HttpModule {
  static of({ imports = [], useFactory, inject = [] }: ProbesSource): DynamicModule {
    return {
      module: HttpModule,
      imports,
      controllers: [HealthController, MetricsController],
      providers: [
        OpenDoors,
        { provide: READINESS_PROBES, useFactory, inject },
        { provide: APP_FILTER, useClass: RefusalFilter },
        { provide: APP_GUARD, useClass: InternalPortGuard },
        { provide: APP_INTERCEPTOR, useClass: EnvelopeInterceptor },
      ],
    };
  }
}
