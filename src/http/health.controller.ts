import { Controller, Get, HttpStatus, Inject, Res } from '@nestjs/common';
import type { Response } from 'express';
import { WithoutToken } from './access.decorator';
import { WithoutEnvelope } from './envelope.interceptor';
import { Describes } from './openapi/description';
import { LIVENESS, READY } from './probes.dto';
import {
  READINESS_PROBES,
  isReady,
  withDeadline,
  type Probe,
  type Readiness,
  type ReadinessProbes,
} from './readiness';

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
  @Describes(LIVENESS)
  live(): { status: 'alive' } {
    return { status: 'alive' };
  }

  @Get('ready')
  @Describes(READY)
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
