import { Controller, Get, Module, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterEach, describe, expect, it } from 'vitest';
import type { Caller } from '../domain/access/access.rules';
import { describeError, Log } from '../observability';
import { CallerOf, createApplication, HttpModule, startListening, Needs, WithoutToken } from '.';
import { ANY_PORT, httpPlatform } from '../../test/support/http-platform';

const OFFICIAL: Caller = {
  userId: '5a5b1c9e-0000-4000-8000-000000000001',
  clientId: '5a5b1c9e-0000-4000-8000-000000000002',
  tokenScopes: ['job:read'],
  clientScopes: ['job:read', 'job:run'],
  legalEntity: { type: 'NHS', status: 'ACTIVE', isActive: true },
};

@Controller('decided')
@WithoutToken()
class DecidedController {
  @Get()
  open(): { open: true } {
    return { open: true };
  }

  @Get('mine')
  @Needs('job:read', { of: 'NHS' })
  mine(@CallerOf() caller: Caller): { of: string } {
    return { of: caller.userId };
  }

  @Get('both')
  @Needs(['job:read', 'job:run'])
  both(): { open: false } {
    return { open: false };
  }

  @Get('nobody')
  nobody(@CallerOf() caller: Caller): { of: string } {
    return { of: caller.userId };
  }
}

@Controller('forgotten')
class ForgottenController {
  @Get()
  @Needs('job:read')
  remembered(): { forgotten: false } {
    return { forgotten: false };
  }

  @Get('all')
  all(): { forgotten: true } {
    return { forgotten: true };
  }

  /** No call of anybody. */
  unreachable(): void {}
}

let app: NestExpressApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

/** Where an application of these controllers listens. */
async function listening(...controllers: Type[]): Promise<string> {
  const log = new Log({ LOG_LEVEL: 'silent' });
  @Module({
    imports: [httpPlatform({ log, callers: { authenticate: () => Promise.resolve(OFFICIAL) } }), HttpModule],
    controllers,
  })
  class SomeModule {}
  app = await createApplication(SomeModule, log);
  const { publicUrl = '' } = await startListening(app, ANY_PORT, 'http');
  return publicUrl;
}

const headers = { authorization: 'Bearer any-token' };

describe('A program with a handler that does not say who may call it', () => {
  it('does not start, and its log names the handler and no other', async () => {
    const started = listening(DecidedController, ForgottenController);
    await expect(started).rejects.toThrow(/^ForgottenController\.all: who may call this\?/);
    const error: unknown = await started.catch((thrown: unknown) => thrown);
    expect(JSON.stringify(describeError(error))).toContain('ForgottenController.all');
  });
});

describe('A handler', () => {
  it('gets its caller, and may be stricter than its class about who may call it', async () => {
    const url = await listening(DecidedController);
    expect((await fetch(`${url}/decided/mine`)).status).toBe(401);
    const answer = await fetch(`${url}/decided/mine`, { headers });
    expect(await answer.json()).toMatchObject({ data: { of: OFFICIAL.userId } });
    expect((await fetch(`${url}/decided`)).status).toBe(200);
  });

  it('may need more than one scope', async () => {
    const url = await listening(DecidedController);
    const answer = await fetch(`${url}/decided/both`, { headers });
    expect([answer.status, await answer.json()]).toMatchObject([
      403,
      { error: { message: expect.stringMatching(/Missing allowances: job:run$/) } },
    ]);
  });

  it('that asks for no token has no caller, whatever is sent', async () => {
    const url = await listening(DecidedController);
    expect((await fetch(`${url}/decided/nobody`, { headers })).status).toBe(500);
  });
});
