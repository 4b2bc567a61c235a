import { Global, Module } from '@nestjs/common';
import { SETTINGS } from '../config/settings.module';
import { Log, openLog } from './log';
import { Metrics } from './metrics';

/** The log and the metrics of the process, for every module. */
@Global()
@Module({
  providers: [{ provide: Log, inject: [SETTINGS], useFactory: openLog }, Metrics],
  exports: [Log, Metrics],
})
export class ObservabilityModule {}
