import { EventEmitter, once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Controller, Get, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterEach, describe, expect, it } from 'vitest';
import { Log } from '../observability';
import { HttpModule, WithoutToken, createApplication, startListening, type ReadinessProbes } from '.';
import { ANY_PORT, httpPlatform } from '../../test/support/http-platform';
import { HttpServers } from './http-listener';
import { withDeadline } from './readiness.service';

const yes = () => Promise.resolve(true);
const no = () => Promise.resolve(false);
const away = () => Promise.reject(new Error('away'));
const hangs = () => new Promise<boolean>(() => undefined);

const slow = new EventEmitter();

@Controller('slow')
@WithoutToken()
class SlowController {
  @Get()
  async answer(): Promise<{ late: true }> {
    const allowed = once(slow, 'allowed');
    slow.emit('asked');
    await allowed;
    return { late: true };
  }
}

async function anApp(probes: Partial<ReadinessProbes> = {}): Promise<NestExpressApplication> {
  const log = new Log({ LOG_LEVEL: 'silent' });
  @Module({
    imports: [httpPlatform({ log, probes }), HttpModule],
    controllers: [SlowController],
  })
  class TestModule {}
  return createApplication(TestModule, log);
}

let app: NestExpressApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function readinessWith(probes: Partial<ReadinessProbes>): Promise<{ status: number; body: unknown }> {
  app = await anApp(probes);
  const { internalUrl } = await startListening(app, ANY_PORT, 'worker');
  const response = await fetch(`${internalUrl}/health/ready`);
  return { status: response.status, body: await response.json() };
}

describe('Readiness', () => {
  it.each([
    [200, { redis: yes }, { database: 'up', redis: 'up', migrations: 'applied' }],
    [200, { redis: away }, { database: 'up', redis: 'down', migrations: 'applied' }],
    [200, {}, { database: 'up', redis: 'not_needed', migrations: 'applied' }],
    [
      503,
      { database: away, writable: away, migrations: away },
      { database: 'down', redis: 'not_needed', migrations: 'unknown' },
    ],
    [503, { writable: no }, { database: 'read_only', redis: 'not_needed', migrations: 'applied' }],
    [503, { migrations: no }, { database: 'up', redis: 'not_needed', migrations: 'pending' }],
  ])('is %i with %o', async (status, probes, body) => {
    expect(await readinessWith(probes)).toEqual({ status, body });
  });

  it('counts a probe that hangs as a failure', async () => {
    expect(await withDeadline(hangs, 1)()).toBe(false);
  });

  it('does not ask a hanging server again while its answer is outstanding', async () => {
    let asked = 0;
    const probe = withDeadline(() => {
      asked += 1;
      return hangs();
    }, 1);
    await probe();
    await probe();
    expect(asked).toBe(1);
  });
});

describe('A process', () => {
  it('with the API has two ports, and health on both', async () => {
    app = await anApp();
    const { publicUrl, internalUrl } = await startListening(app, ANY_PORT, 'http');
    expect(publicUrl).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(publicUrl).not.toBe(internalUrl);
    for (const url of [publicUrl, internalUrl]) {
      expect((await fetch(`${url}/health/live`)).status).toBe(200);
      expect((await fetch(`${url}/health/ready`)).status).toBe(200);
    }
  });

  it.each([
    { proxies: 0, seconds: 5 },
    { proxies: 1, seconds: 65 },
  ])(
    'behind $proxies proxies keeps an idle public connection for $seconds s',
    async ({ proxies, seconds }) => {
      app = await anApp();
      const settings = { ...ANY_PORT, HTTP_TRUSTED_PROXIES: proxies };
      const { publicUrl, internalUrl } = await startListening(app, settings, 'http');
      const idle = async (url = ''): Promise<string | null> =>
        (await fetch(`${url}/health/live`)).headers.get('keep-alive');
      expect(await idle(publicUrl)).toBe(`timeout=${seconds}`);
      expect(await idle(internalUrl)).toBe('timeout=5');
    },
  );

  it('that only works has the internal port only', async () => {
    app = await anApp();
    const addresses = await startListening(app, ANY_PORT, 'worker');
    expect(Object.keys(addresses)).toEqual(['internalUrl']);
    expect((await fetch(`${addresses.internalUrl}/metrics`)).status).toBe(200);
  });

  it('answers a request under way before it closes, and takes no new one', async () => {
    app = await anApp();
    const { internalUrl } = await startListening(app, ANY_PORT, 'worker');
    const asked = once(slow, 'asked');
    const underWay = fetch(`${internalUrl}/slow`);
    await asked;
    const closed = app.get(HttpServers).close();
    await expect(fetch(`${internalUrl}/health/live`)).rejects.toThrow();
    slow.emit('allowed');
    expect(await (await underWay).json()).toMatchObject({ data: { late: true } });
    await closed;
  });

  it('leaves no port open when one is taken', async () => {
    const other = createServer();
    other.listen(0, '127.0.0.1');
    await once(other, 'listening');
    const taken = (other.address() as AddressInfo).port;
    app = await anApp();
    await expect(startListening(app, { ...ANY_PORT, INTERNAL_PORT: taken }, 'http')).rejects.toThrow(
      'EADDRINUSE',
    );
    await app.close();
    app = undefined;
    other.close();
  });
});
