import { Controller, Get, HttpStatus, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { WithoutToken, InternalOnly } from './access.decorator';
import { WithoutEnvelope } from './envelope.interceptor';
import { AnswerWord } from './openapi/document.decorator';
import { type Readiness, ReadinessService } from './readiness.service';
import { Metrics } from '../observability';
import { AllowsAnyQuery } from './validation/request-validation.pipe';

class LivenessDto {
  @AnswerWord(['alive'])
  status!: 'alive';
}

class ReadinessDto implements Readiness {
  @AnswerWord(['up', 'read_only', 'down'])
  database!: Readiness['database'];

  @AnswerWord(['up', 'down', 'not_needed'])
  redis!: Readiness['redis'];

  @AnswerWord(['applied', 'pending', 'unknown'])
  migrations!: Readiness['migrations'];
}

/** For orchestrators: is the process alive, and may it get requests? */
@Controller('health')
@WithoutToken()
@WithoutEnvelope()
@AllowsAnyQuery()
export class HealthController {
  constructor(private readonly readiness: ReadinessService) {}

  /** Contacts no server: an unavailable database is no reason to restart this process. */
  @Get('live')
  @ApiOperation({ summary: 'Whether the process is alive' })
  @ApiOkResponse({ type: LivenessDto, example: { status: 'alive' } })
  live(): LivenessDto {
    return { status: 'alive' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the process may get requests' })
  @ApiOkResponse({ type: ReadinessDto, example: { database: 'up', redis: 'up', migrations: 'applied' } })
  @ApiServiceUnavailableResponse({
    type: ReadinessDto,
    example: { database: 'down', redis: 'up', migrations: 'unknown' },
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<ReadinessDto> {
    const { isReady, ...readiness } = await this.readiness.check();
    if (!isReady) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }
}

/** All figures, for Prometheus, which has no token; on the public port the call does not exist. */
@Controller('metrics')
@InternalOnly()
@WithoutEnvelope()
@AllowsAnyQuery()
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
