import { Controller, Get, Module, Param, Query, type Type } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { afterEach, describe, expect, it } from 'vitest';
import { httpPlatform } from '../../../test/support/http-platform';
import { Log } from '../../observability';
import {
  AnswerId,
  createApplication,
  HttpModule,
  InternalOnly,
  Needs,
  OpenApi,
  PageQuery,
  Refuses,
  UuidInPath,
} from '..';

class ThingPath {
  @UuidInPath()
  id!: string;
}

class ThingDto {
  @AnswerId()
  id!: string;
}

const EXAMPLE = { id: '5a5b1c9e-0000-4000-8000-000000000001' };

@Controller('api/things')
class ThingsController {
  @Get(':id')
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({ summary: 'One thing' })
  @ApiOkResponse({ type: ThingDto, example: EXAMPLE })
  @Refuses('job_not_found')
  one(@Param() { id }: ThingPath): { id: string } {
    return { id };
  }

  @Get()
  @InternalOnly()
  @ApiOperation({ summary: 'All things' })
  @ApiOkResponse({ type: ThingDto, isArray: true, example: EXAMPLE })
  all(@Query() _: PageQuery): void {}
}

@Controller('silent')
class SilentController {
  @Get()
  @Needs('job:read')
  call(): void {}
}

let app: NestExpressApplication | undefined;

afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function documentOf(controller: Type) {
  const log = new Log({ LOG_LEVEL: 'silent' });
  @Module({
    imports: [httpPlatform({ log }), HttpModule],
    controllers: [controller],
  })
  class TestModule {}
  app = await createApplication(TestModule, log);
  await app.init();
  return app.get(OpenApi).document();
}

const statusesOf = (call: unknown): string[] =>
  Object.keys((call as { responses: Record<string, unknown> }).responses);

describe('The description of a call', () => {
  it('has the refusals of access, of fields and of the server that follow from its decorators', async () => {
    const { paths } = await documentOf(ThingsController);
    const one = paths['/api/things/{id}']?.['get'];
    expect(statusesOf(one)).toEqual('200 400 401 403 404 409 413 415 422 429 500 503'.split(' '));
    expect(one).toMatchObject({
      description: 'Needs job:read and a client of type NHS.',
      security: [{ token: ['job:read'] }],
      parameters: [{ name: 'id', in: 'path', required: true, schema: { format: 'uuid' } }],
      responses: {
        404: { content: { 'application/json': { examples: { job_not_found: {} } } } },
        403: {
          content: { 'application/json': { examples: { scope_missing: {}, entity_type_refused: {} } } },
        },
      },
    });
  });

  it('has the paging of a list, and marks an internal call', async () => {
    const { paths } = await documentOf(ThingsController);
    const all = paths['/api/things']?.['get'];
    expect(statusesOf(all)).toEqual('200 400 404 413 415 422 429 500 503'.split(' '));
    expect(all).toMatchObject({
      'x-internal': true,
      security: [],
      parameters: [{ name: 'page' }, { name: 'page_size' }],
    });
  });

  it('may not be missing', async () => {
    await expect(documentOf(SilentController)).rejects.toThrow('SilentController.call is not described.');
  });
});
