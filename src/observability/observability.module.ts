import { Global, Module } from '@nestjs/common';
import { Log } from './log';
import { Metrics } from './metrics';
import { Tracing } from './tracing';

/** Log, metrics and traces of the process, for every module. */
@Global()
@Module({ providers: [Log, Metrics, Tracing], exports: [Log, Metrics] })
export class ObservabilityModule {}
