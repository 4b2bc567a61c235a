import { Writable } from 'node:stream';
import { Body, Controller, Get, HttpCode, Module, Param, Post, Query } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { DatabaseError } from 'pg';
import { QueryFailedError } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { withCode } from '../database/sql-errors';
import { REFUSALS, Refusal, type RefusalCode } from '../domain/refusal';
import { Log } from '../observability';
import {
  HttpModule,
  InternalOnly,
  ListAnswer,
  WithoutToken,
  createApplication,
  startListening,
  AnyText,
  PageQuery,
  UuidInPath,
  type HttpAddresses,
} from '.';
import { ANY_PORT, httpPlatform } from '../../test/support/http-platform';
import { REFUSAL_ANSWERS } from './refusal-answers.table';

const MARKER = 'marker-КВ123456';
const ID = '3c2e8e3a-94b1-4d6f-9d3e-0e7b8a3f0c11';

function failedStatement(code: string): Error {
  const cause = Object.assign(new DatabaseError(MARKER, 1, 'error'), { code, detail: MARKER });
  return new QueryFailedError(`SELECT '${MARKER}'`, [MARKER], cause);
}

/** Fills the braces of every sentence that has some. */
const WORDS = { from: 'VERIFIED', to: 'IN_REVIEW', attribute: 'patient_signed', allowances: 'job:read' };

class NameQuery {
  @AnyText()
  name!: string;
}

class ThingPath {
  @UuidInPath()
  id!: string;
}

@Controller('things')
@WithoutToken()
class ThingsController {
  @Get()
  list(@Query() { request }: PageQuery): ListAnswer<number> {
    return new ListAnswer([request.page, request.pageSize], { request, total: 101 });
  }

  @Get('refused/:code')
  refuse(@Param('code') code: RefusalCode): never {
    throw new Refusal(code, { words: WORDS });
  }

  @Get('failed/:code')
  fail(@Param('code') code: string): never {
    throw failedStatement(code);
  }

  /** As a pool whose connections are all in use fails. */
  @Get('no-connection')
  noConnection(): never {
    throw withCode(new Error('timeout exceeded when trying to connect'));
  }

  @Get('broken')
  break(): never {
    throw new TypeError(MARKER);
  }

  @Get('named')
  named(@Query() { name }: NameQuery): { length: number } {
    return { length: name.length };
  }

  @Get(':id')
  show(@Param() { id }: ThingPath): { id: string } {
    return { id };
  }

  @Post()
  @HttpCode(202)
  make(@Body() body: unknown): unknown {
    return body;
  }
}

@Controller('inner')
@InternalOnly()
class InnerController {
  @Get()
  show(): { inner: true } {
    return { inner: true };
  }
}

let written = '';
let app: NestExpressApplication;
let addresses: HttpAddresses;

beforeAll(async () => {
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  const log = new Log({ LOG_LEVEL: 'debug' }, destination);
  @Module({
    imports: [httpPlatform({ log }), HttpModule],
    controllers: [ThingsController, InnerController],
  })
  class TestModule {}
  app = await createApplication(TestModule, log);
  addresses = await startListening(app, ANY_PORT, 'http');
});

afterAll(() => app.close());

interface Answered {
  status: number;
  headers: Headers;
  body: { meta: Record<string, unknown>; data?: unknown; paging?: unknown; error?: Record<string, unknown> };
  text: string;
}

async function ask(
  path: string,
  init: RequestInit = {},
  origin = addresses.publicUrl ?? '',
): Promise<Answered> {
  const response = await fetch(`${origin}${path}`, init);
  const text = await response.text();
  const body = (text.startsWith('{') ? JSON.parse(text) : {}) as Answered['body'];
  return { status: response.status, headers: response.headers, body, text };
}

const post = (body: string | Uint8Array, type = 'application/json'): RequestInit => ({
  method: 'POST',
  body,
  headers: { 'content-type': type },
});

describe('The envelope', () => {
  it('holds a good answer, its status and the path without the query', async () => {
    const { status, body } = await ask(`/things/${ID}?`);
    expect(status).toBe(200);
    expect(body.meta).toMatchObject({ code: 200, url: `/things/${ID}`, type: 'object' });
    expect(body.data).toEqual({ id: ID });
  });

  it('has the paging of a list, with the defaults of the specification', async () => {
    const { body } = await ask('/things');
    expect(body.meta['type']).toBe('list');
    expect(body.paging).toEqual({ page_number: 1, page_size: 50, total_entries: 101, total_pages: 3 });
  });

  it('caps a page at 300 and shows the cap', async () => {
    const { body } = await ask('/things?page=2&page_size=1000');
    expect(body.data).toEqual([2, 300]);
    expect(body.paging).toMatchObject({ page_number: 2, page_size: 300, total_pages: 1 });
  });

  it('refuses both numbers of a page at once', async () => {
    const { status, body } = await ask('/things?page=0&page_size=many');
    expect(status).toBe(422);
    expect(body.error).toMatchObject({ type: 'validation_failed', message: 'Validation failed' });
    expect(body.error?.['invalid']).toMatchObject([
      { entry: '$.page', entry_type: 'json_data_property', rules: [{ rule: 'invalid', params: [] }] },
      { entry: '$.page_size', rules: [{ rule: 'cast' }] },
    ]);
  });

  it('refuses a parameter that the call does not have, and repeats nothing of its value', async () => {
    const { status, body, text } = await ask(`/things?page=1&colour=${encodeURIComponent(MARKER)}`);
    expect(status).toBe(422);
    expect(body.error?.['invalid']).toMatchObject([{ entry: '$.colour', rules: [{ rule: 'schema' }] }]);
    expect(text).not.toContain(MARKER);
  });

  it.each([
    ['GET', `/things/${ID}`],
    ['POST', '/things'],
    ['GET', '/things/fails'],
  ])('refuses every parameter of a call that has none: %s %s', async (method, path) => {
    const init = method === 'POST' ? post('{"a":1}') : {};
    const query = `colour=1&__proto__=2&${encodeURIComponent(MARKER)}=3`;
    const { status, body, text } = await ask(`${path}?${query}`, init);
    expect(status).toBe(422);
    expect(body.error?.['invalid']).toMatchObject([
      { entry: '$.colour', rules: [{ rule: 'schema' }] },
      { entry: '$.*', rules: [{ rule: 'schema' }] },
    ]);
    expect(text).not.toContain(MARKER);
  });

  it('refuses a body that cannot be read before them', async () => {
    expect((await ask('/things?colour=1', post('{'))).status).toBe(400);
  });

  it('leaves probes and scrapers their parameters', async () => {
    expect((await ask('/health/live?at=1')).status).toBe(200);
    expect((await ask('/metrics?at=1', {}, addresses.internalUrl)).status).toBe(200);
  });

  it('holds the path without what was searched for', async () => {
    const { body } = await ask(`/things/named?name=${encodeURIComponent(MARKER)}`);
    expect(body).toMatchObject({ meta: { url: '/things/named' }, data: { length: MARKER.length } });
  });

  it('carries the status the call has chosen', async () => {
    const { status, body } = await ask('/things', post('{"a":1}'));
    expect(status).toBe(202);
    expect(body).toMatchObject({ meta: { code: 202 }, data: { a: 1 } });
  });
});

describe('A refusal', () => {
  it.each(Object.keys(REFUSALS) as RefusalCode[])('%s is answered as its row says', async (code) => {
    const { status, body } = await ask(`/things/refused/${code}`);
    const row = REFUSAL_ANSWERS[code];
    expect(status).toBe(row.status);
    expect(body.meta).toMatchObject({ code: row.status, type: 'object' });
    const sentence = REFUSALS[code].replace(/\{(\w+)\}/g, (_, word: keyof typeof WORDS) => WORDS[word]);
    expect(body.error).toEqual({ type: row.type, message: sentence });
  });

  it('of a malformed id is a field error, and repeats nothing of it', async () => {
    const { status, body, text } = await ask(`/things/${encodeURIComponent(MARKER)}`);
    expect(status).toBe(422);
    expect(body.error?.['invalid']).toMatchObject([{ entry: '$.id', rules: [{ rule: 'format' }] }]);
    expect(body.meta['url']).toBe('/things/{id}');
    expect(text).not.toMatch(/marker|%D0/);
  });

  it('of corrupted JSON says the sentence of the specification', async () => {
    const { status, body, text } = await ask('/things', post(`{"name": ${MARKER}`));
    expect(status).toBe(400);
    expect(body.error).toEqual({
      type: 'request_malformed',
      message: 'Malformed request. Probably, you have sent corrupted JSON.',
    });
    expect(text).not.toContain(MARKER);
  });

  it.each([
    [404, 'not_found', '/nowhere', {}],
    [404, 'not_found', '/things', { method: 'DELETE' }],
    [400, 'request_malformed', '/things/%E0%A4%A', {}],
    [413, 'request_too_large', '/things', post(`"${'x'.repeat(64 * 1024)}"`)],
    [415, 'content_type_invalid', '/things', post('a=1', 'application/x-www-form-urlencoded')],
    [415, 'content_type_invalid', '/things', post('{}', 'application/json; charset=koi8-u')],
  ])('%i %s for %s', async (status, type, path, init) => {
    const answer = await ask(path, init);
    expect(answer.status).toBe(status);
    expect(answer.body.error).toMatchObject({ type });
    expect(answer.body.meta['request_id']).toBe(answer.headers.get('x-request-id'));
  });
});

/** Lost connection, read-only, conflict, disk full, memory, connections, lock, statement, shutdown, disk broken. */
const UNAVAILABLE = [
  ...[
    '08006',
    '25006',
    '25P03',
    '40001',
    '40P01',
    '53100',
    '53200',
    '53300',
    '55P03',
    '57014',
    '57P01',
    '58030',
  ],
];

describe('An unexpected error', () => {
  it.each([
    ['/things/broken', 500, 'internal_error'],
    ['/things/failed/23505', 500, 'internal_error'],
    ['/things/failed/22P02', 500, 'internal_error'],
    ['/things/failed/0A000', 500, 'internal_error'],
    ...UNAVAILABLE.map((code) => [`/things/failed/${code}`, 503, 'service_unavailable'] as const),
    ['/things/no-connection', 503, 'service_unavailable'],
  ] as const)(
    'at %s is answered with %i and reveals nothing, neither to the client nor to the log',
    async (path, status, type) => {
      const { body, text, ...answer } = await ask(path);
      expect(answer.status).toBe(status);
      expect(body.error).toMatchObject({ type });
      expect(`${text}${written}`).not.toContain(MARKER);
      expect(text).not.toMatch(/SELECT|\.ts|Error:/);
      expect(answer.headers.get('retry-after')).toBe(status === 503 ? '5' : null);
    },
  );

  it.each([
    ['/things/broken', 'error', { class: 'TypeError' }],
    ['/things/failed/23505', 'error', { code: '23505' }],
    ['/things/failed/53300', 'warn', { code: '53300' }],
    ['/things/no-connection', 'warn', { code: '08006' }],
    ['/things/refused/signature_checks_busy', 'warn', { code: 'signature_checks_busy' }],
  ])('at %s is logged at level %s with its code', async (path, level, error) => {
    const { headers } = await ask(path);
    const lines = written
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line['request_id'] === headers.get('x-request-id') && 'error' in line);
    expect(lines).toMatchObject([{ level, error }]);
  });
});

describe('A request id', () => {
  it('is taken over when it is sane, and returned', async () => {
    const { headers, body } = await ask('/things', { headers: { 'x-request-id': 'gateway:4711-abc' } });
    expect(headers.get('x-request-id')).toBe('gateway:4711-abc');
    expect(body.meta['request_id']).toBe('gateway:4711-abc');
  });

  it.each(['short', 'with space inside', 'a'.repeat(129), '"quoted-value"', '-leading-dash'])(
    'is made anew when the offered one is not sane: %s',
    async (offered) => {
      const { headers } = await ask('/things', { headers: { 'x-request-id': offered } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    },
  );
});

describe('Ports', () => {
  it('are logged in one line', () => {
    const lines = written.split('\n').filter((line) => line.includes('"message":"listening"'));
    expect(lines.map((line) => JSON.parse(line) as unknown)).toMatchObject([
      { process: 'api', public_url: addresses.publicUrl, internal_url: addresses.internalUrl },
    ]);
  });

  it('hide what is not opened from the public one, exactly as what is not there', async () => {
    const hidden = await ask('/inner');
    const absent = await ask('/absent');
    const bare = ({ status, body }: Answered) => ({ status, error: body.error, url: body.meta['url'] });
    expect(bare(hidden)).toEqual(bare(absent));
    expect(hidden.status).toBe(404);
    expect((await ask('/inner', {}, addresses.internalUrl)).body.data).toEqual({ inner: true });
  });

  it('cannot be feigned by headers', async () => {
    const headers = {
      host: new URL(addresses.internalUrl).host,
      'x-forwarded-port': '3001',
      'x-internal': '1',
    };
    expect((await ask('/inner', { headers })).status).toBe(404);
  });

  it('show metrics on the internal one only, by declared route', async () => {
    expect((await ask('/metrics')).status).toBe(404);
    const { text, headers } = await ask('/metrics', {}, addresses.internalUrl);
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain(
      'http_request_duration_seconds_count{method="GET",route="/things/:id",status="200"}',
    );
    expect(text).not.toContain(ID);
    expect(text).not.toMatch(/marker/);
  });

  it('reveal neither the framework nor a version, and forbid storing the answer', async () => {
    const { headers } = await ask('/things');
    expect(headers.get('x-powered-by')).toBeNull();
    expect(headers.get('etag')).toBeNull();
    expect(headers.get('cache-control')).toBe('no-store');
  });
});
