import { once } from 'node:events';
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { Controller, Get, Module } from '@nestjs/common';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { afterEach, expect, it } from 'vitest';
import { ANY_PORT, httpPlatform } from '../../test/support/http-platform';
import { Log } from '../observability';
import { currentRequestId } from '../observability/log';
import { createApplication, HttpModule, startListening, WithoutToken } from '.';

interface UnderWay {
  readonly answer: () => void;
  /** The request id that a log line has after the answer was allowed. */
  readonly idAfterwards: Promise<string | undefined>;
}

let underWay: UnderWay[];
let asked: () => void;

@Controller('held')
@WithoutToken()
class HeldController {
  @Get()
  async show(): Promise<object> {
    let answer = (): void => undefined;
    const allowed = new Promise<void>((resolve) => (answer = resolve));
    const idAfterwards = allowed.then(() => currentRequestId());
    underWay.push({ answer, idAfterwards });
    asked();
    await allowed;
    return {};
  }
}

let app: NestExpressApplication | undefined;

afterEach(() => app?.close());

it('Requests of which one waited behind the other when their connection was lost are over, and each has its line', async () => {
  underWay = [];
  const both = new Promise<void>((resolve) => (asked = () => void (underWay.length === 2 && resolve())));
  const lines: { readonly status?: number; readonly request_id?: string }[] = [];
  let written = (): void => undefined;
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as (typeof lines)[number]);
      written();
      done();
    },
  });
  @Module({
    imports: [httpPlatform({ log: new Log({ LOG_LEVEL: 'info' }, destination) }), HttpModule],
    controllers: [HeldController],
  })
  class TestModule {}
  app = await createApplication(TestModule, new Log({ LOG_LEVEL: 'silent' }));
  const { internalUrl } = await startListening(app, ANY_PORT, 'worker');

  const client = connect(Number(new URL(internalUrl).port), '127.0.0.1');
  await once(client, 'connect');
  const request = (id: string) => `GET /held HTTP/1.1\r\nHost: here\r\nX-Request-ID: ${id}\r\n\r\n`;
  client.write(request('request-0001') + request('request-0002'));
  await both;
  const over = () => lines.filter(({ status }) => status === 499).map(({ request_id: id }) => id);
  const counted = new Promise<void>((resolve) => (written = () => void (over().length === 2 && resolve())));
  client.destroy();
  await counted;
  expect(over()).toEqual(['request-0001', 'request-0002']);
  for (const { answer } of underWay) answer();
  // No request is tracked any more: each promise would cost more, in this process for good.
  expect(await Promise.all(underWay.map(({ idAfterwards }) => idAfterwards))).toEqual([undefined, undefined]);
});
