import { Controller, HttpCode, Module, Post, UseGuards } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ThrottlerModule } from '@nestjs/throttler';
import { afterEach, describe, expect, it } from 'vitest';
import { createApplication, HttpModule, limitedAddress, startListening, WithoutToken } from '../../http';
import { Log } from '../../observability';
import { ANY_PORT, httpPlatform } from '../../../test/support/http-platform';
import { SignUpLimitGuard } from './sign-up-limit.guard';

const LIMIT = 3;
const MINUTE_MS = 60_000;
const MOTHER = '203.0.113.7';
const FATHER = '203.0.113.8';
const PROXY = '198.51.100.1';

@WithoutToken()
@UseGuards(SignUpLimitGuard)
@Controller('sign-up')
class SomeController {
  @Post()
  @HttpCode(200)
  answer(): { done: true } {
    return { done: true };
  }

  @Post('again')
  @HttpCode(200)
  again(): { done: true } {
    return { done: true };
  }
}

const log = new Log({ LOG_LEVEL: 'silent' });

@Module({
  imports: [httpPlatform({ log }), HttpModule, ThrottlerModule.forRoot([{ ttl: MINUTE_MS, limit: LIMIT }])],
  controllers: [SomeController],
})
class SomeModule {}

let app: NestExpressApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

type Ask = (forwardedFor?: string, path?: string) => Promise<Response>;

/** A server that trusts this many proxies, and how to ask it. */
async function aServerBehind(proxies: number): Promise<Ask> {
  app = await createApplication(SomeModule, log);
  const { publicUrl = '' } = await startListening(
    app,
    { ...ANY_PORT, HTTP_TRUSTED_PROXIES: proxies },
    'http',
  );
  return (forwardedFor, path = '/sign-up') =>
    fetch(publicUrl + path, {
      method: 'POST',
      headers: forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor },
    });
}

/** Statuses of as many requests as are allowed, and of one more. */
async function statusesOf(ask: () => Promise<Response>): Promise<number[]> {
  const statuses: number[] = [];
  for (let n = 0; n <= LIMIT; n += 1) statuses.push((await ask()).status);
  return statuses;
}

const ALLOWED = Array.from({ length: LIMIT }, () => 200);

const ONE_TOO_MANY = [...ALLOWED, 429];

describe('The limit of an address', () => {
  it('refuses requests beyond it, with Retry-After', async () => {
    const ask = await aServerBehind(0);
    expect(await statusesOf(() => ask())).toEqual(ONE_TOO_MANY);
    const refused = await ask();
    const retryAfterSeconds = Number(refused.headers.get('retry-after'));
    expect(retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(await refused.json()).toMatchObject({
      meta: { code: 429 },
      error: { message: 'Too many requests' },
    });
  });

  it('ignores X-Forwarded-For without trusted proxies', async () => {
    const ask = await aServerBehind(0);
    let asked = 0;
    const statuses = await statusesOf(() => ask(`203.0.113.${(asked += 1)}`));
    expect(statuses).toEqual(ONE_TOO_MANY);
  });

  it('does not affect a second address behind a trusted proxy', async () => {
    const ask = await aServerBehind(1);
    expect(await statusesOf(() => ask(MOTHER))).toEqual(ONE_TOO_MANY);
    expect((await ask(FATHER)).status).toBe(200);
    expect((await ask(MOTHER)).status).toBe(429);
  });

  it('ignores what the client wrote before the address from the trusted proxy', async () => {
    const ask = await aServerBehind(1);
    let asked = 0;
    const statuses = await statusesOf(() => ask(`203.0.113.${(asked += 1)}, ${MOTHER}`));
    expect(statuses).toEqual(ONE_TOO_MANY);
    expect((await ask(FATHER)).status).toBe(200);
  });

  it('skips as many proxies as are trusted', async () => {
    const ask = await aServerBehind(2);
    expect(await statusesOf(() => ask(`${MOTHER}, ${PROXY}`))).toEqual(ONE_TOO_MANY);
    expect((await ask(`${FATHER}, ${PROXY}`)).status).toBe(200);
  });

  it('counts the IPv6 addresses of one household together', async () => {
    const ask = await aServerBehind(1);
    let asked = 0;
    expect(await statusesOf(() => ask(`2001:db8:0:7::${(asked += 1)}`))).toEqual(ONE_TOO_MANY);
    expect((await ask('2001:db8:0:8::1')).status).toBe(200);
  });

  it('counts each of two calls separately', async () => {
    const ask = await aServerBehind(0);
    expect(await statusesOf(() => ask())).toEqual(ONE_TOO_MANY);
    expect((await ask(undefined, '/sign-up/again')).status).toBe(200);
  });
});

describe('The key by which requests are counted', () => {
  it.each([
    ['an address', '203.0.113.7', '203.0.113.7'],
    ['the same address on a socket for both kinds', '::ffff:203.0.113.7', '203.0.113.7'],
    ['a long address is counted as its network', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['another one of that network', '2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['a third one, written with its zeros', '2001:0DB8:0001:0002:0000:0000:0000:0001', '2001:db8:1:2::/64'],
    ['one of the network beside it', '2001:db8:1:3::9', '2001:db8:1:3::/64'],
    ['a network with zeros in it', '2001:db8::9', '2001:db8:0:0::/64'],
    ['the machine itself', '::1', '0:0:0:0::/64'],
    ['an address on a link', 'fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['what is no address', 'unknown', 'unknown'],
    ['an address with a port', '203.0.113.7:5000', '203.0.113.7:5000'],
    ['nothing', '', ''],
  ])('%s', (_, address, expected) => {
    expect(limitedAddress(address)).toBe(expected);
  });
});
