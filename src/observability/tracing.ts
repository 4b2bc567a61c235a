import { Inject, Injectable, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { SETTINGS } from '../config/settings.module';
import type { Settings } from '../config/settings.schema';
import { Log } from './log';
import { OpenTelemetryRecorder } from './open-telemetry';
import { type SpanRecorder, tracing } from './spans';

/** Starts tracing if a collector is named, and only then loads OpenTelemetry (docs/decisions/0031-tracing.md). */
@Injectable()
export class Tracing implements OnModuleInit, OnApplicationShutdown {
  private recorder: SpanRecorder | undefined;

  constructor(
    @Inject(SETTINGS) private readonly settings: Settings,
    private readonly log: Log,
  ) {}

  async onModuleInit(): Promise<void> {
    const { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } = this.settings;
    if (endpoint === undefined) return;
    this.recorder = await OpenTelemetryRecorder.start({ ...this.settings, endpoint }, this.log);
    tracing.recorder = this.recorder;
  }

  /** The module is global, so Nest calls this last: the spans of the shutdown are sent as well. */
  async onApplicationShutdown(): Promise<void> {
    if (tracing.recorder === this.recorder) tracing.recorder = undefined;
    await this.recorder?.close();
  }
}
