import { type ExecutionContext, Inject, Injectable } from '@nestjs/common';
import {
  ThrottlerGuard,
  type ThrottlerLimitDetail,
  type ThrottlerModuleOptions,
  type ThrottlerOptionsFactory,
} from '@nestjs/throttler';
import { SETTINGS } from '../../config/settings.module';
import type { Settings } from '../../config/settings.schema';
import { Refusal } from '../../domain/refusal';
import { limitedAddress } from '../../http';

const MINUTE_MS = 60_000;

/** The limit as the settings name it. */
@Injectable()
export class SignUpLimits implements ThrottlerOptionsFactory {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  createThrottlerOptions(): ThrottlerModuleOptions {
    return [{ ttl: MINUTE_MS, limit: this.settings.SIGN_UP_REQUESTS_PER_MINUTE }];
  }
}

/** Limits the requests of one address in a minute, before its body is read. */
@Injectable()
export class SignUpLimitGuard extends ThrottlerGuard {
  protected override getTracker({ ip }: { ip?: string }): Promise<string> {
    return Promise.resolve(limitedAddress(ip ?? ''));
  }

  protected override throwThrottlingException(
    _context: ExecutionContext,
    { timeToBlockExpire }: ThrottlerLimitDetail,
  ): Promise<void> {
    throw new Refusal('too_many_requests', { retryAfterSeconds: Math.max(1, Math.ceil(timeToBlockExpire)) });
  }
}
