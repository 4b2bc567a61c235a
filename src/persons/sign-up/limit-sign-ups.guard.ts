import { type ExecutionContext, Injectable } from '@nestjs/common';
import { ThrottlerGuard, type ThrottlerLimitDetail } from '@nestjs/throttler';
import { Refusal } from '../../domain/refusal';
import { limitedAddress } from './limited-address';

/** So many requests of one address in a minute, and no more, before any signature is looked at. */
@Injectable()
export class LimitSignUpsGuard extends ThrottlerGuard {
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
