import { Module, type DynamicModule } from '@nestjs/common';
import { Log } from './log';
import { Metrics } from './metrics';

/** Hands the process's log and metrics to whoever asks for `Log` or `Metrics`. */
@Module({})
export class ObservabilityModule {
  static of({ log, metrics = new Metrics() }: { log: Log; metrics?: Metrics }): DynamicModule {
    return {
      module: ObservabilityModule,
      global: true,
      providers: [
        { provide: Log, useValue: log },
        { provide: Metrics, useValue: metrics },
      ],
      exports: [Log, Metrics],
    };
  }
}
