import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Metrics } from '../observability';
import { WithoutEnvelope } from './envelope.interceptor';

/** All figures, for Prometheus; on the internal port, as everything that is not opened. */
@Controller('metrics')
@WithoutEnvelope()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  async show(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.text();
  }
}
