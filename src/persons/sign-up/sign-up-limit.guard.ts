import { isIPv6 } from 'node:net';
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

const MINUTE_MS = 60_000;

/** The limit as the settings name it. */
@Injectable()
export class SignUpLimits implements ThrottlerOptionsFactory {
  constructor(@Inject(SETTINGS) private readonly settings: Settings) {}

  createThrottlerOptions(): ThrottlerModuleOptions {
    return [{ ttl: MINUTE_MS, limit: this.settings.SIGN_UP_REQUESTS_PER_MINUTE }];
  }
}

/** Limits the requests of one address in a minute, before any signature is checked. */
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

/** An IPv4 address seen through a socket for both kinds. */
const MAPPED = /^::ffff:([0-9.]+)$/i;

const GROUPS = 8;

/** Providers give every household a whole network of this many groups. */
const GROUPS_OF_NETWORK = 4;

/**
 * The key by which requests are counted: an IPv4 address, or the network of an IPv6 address, because one household can
 * use another IPv6 address for every request.
 */
export function limitedAddress(address: string): string {
  const [, mapped] = MAPPED.exec(address) ?? [];
  if (mapped !== undefined) return mapped;
  if (!isIPv6(address)) return address;
  const [before = [], after] = (address.split('%', 1)[0] ?? '').split('::', 2).map(groupsOf);
  const left = GROUPS - before.length - (after?.length ?? 0);
  const groups = after === undefined ? before : [...before, ...Array<string>(left).fill('0'), ...after];
  const network = groups.slice(0, GROUPS_OF_NETWORK).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(':')}::/64`;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));
