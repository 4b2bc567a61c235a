import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { Response } from 'express';
import { WithoutToken } from './access.decorator';
import { WithoutEnvelope } from './envelope.interceptor';
import { AnswerWord } from './openapi/document.decorator';
import {
  READINESS_PROBES,
  isReady,
  withDeadline,
  type Probe,
  type Readiness,
  type ReadinessProbes,
} from './readiness';

class LivenessDto {
  @AnswerWord(['alive'])
  status!: 'alive';
}

class ReadinessDto implements Readiness {
  @AnswerWord(['up', 'down'])
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
export class HealthController {
  private readonly database: Probe;
  private readonly migrations: Probe;
  private readonly redis: Probe | undefined;

  constructor(@Inject(READINESS_PROBES) probes: ReadinessProbes) {
    this.database = withDeadline(probes.database);
    this.migrations = withDeadline(probes.migrations);
    this.redis = probes.redis && withDeadline(probes.redis);
  }

  /** Asks no server: a database that is away is no reason to restart this process. */
  @Get('live')
  @ApiOperation({ summary: 'Whether the process is alive' })
  @ApiOkResponse({ type: LivenessDto, example: { status: 'alive' } })
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('ready')
  @ApiOperation({ summary: 'Whether the process may get requests' })
  @ApiOkResponse({ type: ReadinessDto, example: { database: 'up', redis: 'up', migrations: 'applied' } })
  @ApiServiceUnavailableResponse({
    type: ReadinessDto,
    example: { database: 'down', redis: 'up', migrations: 'unknown' },
  })
  async ready(@Res({ passthrough: true }) response: Response): Promise<Readiness> {
    const readiness = await this.look();
    if (!isReady(readiness)) response.status(HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }

  private async look(): Promise<Readiness> {
    const [database, migrations, redis] = await Promise.all([
      this.database(),
      this.migrations(),
      this.redis?.(),
    ]);
    return {
      database: database ? 'up' : 'down',
      redis: redis === undefined ? 'not_needed' : redis ? 'up' : 'down',
      migrations: migrations ? 'applied' : database ? 'pending' : 'unknown',
    };
  }
}
