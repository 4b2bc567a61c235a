import { Controller, Get, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Response } from 'express';
import { Metrics } from '../observability';
import { InternalOnly } from './access.decorator';
import { WithoutEnvelope } from './envelope.interceptor';

/** All figures, for Prometheus, which has no token; on the public port the call does not exist. */
@Controller('metrics')
@InternalOnly()
@WithoutEnvelope()
export class MetricsController {
  constructor(private readonly metrics: Metrics) {}

  @Get()
  @ApiOperation({ summary: 'All figures, for Prometheus' })
  @ApiOkResponse({
    content: { 'text/plain': { schema: { type: 'string' }, example: '# TYPE job_runs_total counter\n' } },
  })
  async show(@Res({ passthrough: true }) response: Response): Promise<string> {
    response.setHeader('Content-Type', this.metrics.contentType);
    return this.metrics.text();
  }
}
