import { Global, Module } from '@nestjs/common';
import { Log } from './log';
import { Metrics } from './metrics';

/** The log and the metrics of the process, for every module. */
@Global()
@Module({ providers: [Log, Metrics], exports: [Log, Metrics] })
export class ObservabilityModule {}
