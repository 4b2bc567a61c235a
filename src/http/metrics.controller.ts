import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Metrics } from '../observability';
import { InternalOnly } from './access.decorator';
import { WithoutEnvelope } from './envelope.interceptor';
import { Describes } from './openapi/description';
import { FIGURES } from './probes.dto';

/** All figures, for Prometheus, which has no token; the public port does not tell that they exist. */
@Controller('metrics')
@InternalOnly()
@WithoutEnvelope()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @Describes(FIGURES)
  async show(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.text();
  }
}
