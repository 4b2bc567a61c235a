import { type ExecutionContext, ServiceUnavailableException } from '@nestjs/common';
import type { Reflector } from '@nestjs/core';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Refusal } from '../../domain/refusal';
import type { Callers, HttpServers } from '../../http';
import { noteToken } from '../../http';
import type { Log } from '../../observability';
import { LiveStreams } from './live-streams.service';
import type { Language } from './languages';
import type { PageRenderer } from './page-renderer.service';
import { noteReader, type Reader } from './reader';
import type { View } from './view';

const SECOND = 1_000;
const VIEW: View<{ readonly count: number }> = { name: 'part', examples: () => [] };

let end: () => void;
let loads: number;
let renders: number;
let load: () => Promise<{ readonly count: number }>;
let authenticate: () => Promise<unknown>;
let live: LiveStreams;
const logged: unknown[] = [];

beforeEach(() => {
  vi.useFakeTimers();
  loads = 0;
  renders = 0;
  logged.length = 0;
  load = async () => ({ count: (loads += 1) });
  authenticate = async () => undefined;
  const servers = { beforeClose: (close: () => void) => (end = close) } as unknown as HttpServers;
  const reflector = { getAllAndOverride: () => undefined } as unknown as Reflector;
  const renderer = {
    part: (_: unknown, { count }: { count: number }, language: Language) => (
      (renders += 1),
      `<p>${language}\n${count}</p>\n`
    ),
  } as unknown as PageRenderer;
  const log = { error: (...words: unknown[]) => logged.push(words) } as unknown as Log;
  const callers = { authenticate: () => authenticate() } as unknown as Callers;
  live = new LiveStreams(servers, reflector, renderer, log, callers);
});

afterEach(() => vi.useRealTimers());

interface Watched {
  readonly stream: Readable;
  /** What was sent so far. */
  text(): string;
  isOver(): boolean;
}

function open(language: Reader['language'], key = 'overview'): Readable {
  const request = { headers: {} } as never;
  noteReader(request, { language, path: '/console' });
  noteToken(request, 'token');
  const context = {
    getType: () => 'http',
    getHandler: () => watch,
    getClass: () => LiveStreams,
    switchToHttp: () => ({ getRequest: () => request }),
  } as unknown as ExecutionContext;
  return live.open(context, { key, load: () => load() }, VIEW);
}

function watch(language: Reader['language'] = 'uk', key = 'overview'): Watched {
  const stream = open(language, key);
  let [sent, over] = ['', false];
  stream.on('data', (chunk: Buffer) => (sent += chunk.toString('utf8')));
  stream.on('end', () => (over = true));
  return { stream, text: () => sent, isOver: () => over };
}

const pass = (milliseconds: number) => vi.advanceTimersByTimeAsync(milliseconds);

describe('A live part', () => {
  it('is loaded once for all who watch it, and rendered once in each of their languages', async () => {
    const [uk, en] = [watch('uk'), watch('en')];
    await pass(0);
    expect([uk.text(), en.text()]).toEqual(['data: <p>uk\ndata: 1</p>\n\n', 'data: <p>en\ndata: 1</p>\n\n']);
    await pass(2 * SECOND);
    expect(loads).toBe(2);
    // Who comes later sees at once what the others see.
    const late = watch('en');
    await pass(0);
    expect([late.text(), loads, renders]).toEqual(['data: <p>en\ndata: 2</p>\n\n', 2, 4]);
    await pass(2 * SECOND);
    expect([loads, renders]).toEqual([3, 6]);
  });

  it('is sent again only when it changed, and a comment keeps the connection', async () => {
    load = async () => ((loads += 1), { count: 7 });
    const one = watch();
    await pass(16 * SECOND);
    expect(loads).toBe(9);
    expect(one.text()).toBe('data: <p>uk\ndata: 7</p>\n\n: \n\n');
  });

  it('is loaded no more when nobody watches', async () => {
    const [one, other] = [watch(), watch()];
    await pass(0);
    one.stream.destroy();
    await pass(2 * SECOND);
    expect(loads).toBe(2);
    other.stream.destroy();
    await pass(20 * SECOND);
    expect(loads).toBe(2);
  });

  it('does not load again while a load takes long', async () => {
    load = () => (
      (loads += 1),
      new Promise((resolve) => setTimeout(() => resolve({ count: loads }), 9 * SECOND))
    );
    watch();
    await pass(8 * SECOND);
    expect(loads).toBe(1);
  });

  it('ends when the token is refused, within half a minute', async () => {
    const one = watch();
    await pass(20 * SECOND);
    authenticate = async () => Promise.reject(new Refusal('access_token_invalid'));
    await pass(11 * SECOND);
    expect([one.isOver(), logged]).toEqual([true, []]);
  });

  it('ends when it cannot be loaded; the error is logged, and the browser asks again', async () => {
    load = async () => Promise.reject(new Error('the database is away'));
    const one = watch();
    await pass(0);
    expect([one.isOver(), logged.length]).toEqual([true, 1]);
    expect(one.text()).toBe('event: stale\nretry: 5000\ndata: \n\n');
  });

  it('is kept once for a browser that does not read: it gets the newest', async () => {
    const long = 'x'.repeat(20_000);
    load = async () => ({ count: `${(loads += 1)} ${long}` }) as never;
    const stream = open('uk');
    await pass(60 * SECOND);
    expect(loads).toBe(31);
    expect(stream.readableLength).toBeLessThan(2 * long.length);
    let sent = '';
    stream.on('data', (chunk: Buffer) => (sent += chunk.toString('utf8')));
    await pass(0);
    expect(sent.match(/data: \d+/g)).toEqual(['data: 31']);
  });

  it('ends when the listeners are about to close, and no new one begins', async () => {
    const streams = [watch(), watch('en'), watch('uk', 'run/1')];
    await pass(0);
    end();
    await pass(0);
    expect(streams.map((each) => each.isOver())).toEqual([true, true, true]);
    expect(() => watch()).toThrow(ServiceUnavailableException);
  });

  it('is refused to a user who has very many open, until one is closed', async () => {
    const streams = Array.from({ length: 12 }, () => watch());
    expect(() => watch()).toThrow('Too many requests');
    streams[0]?.stream.destroy();
    await pass(0);
    expect(() => watch()).not.toThrow();
  });
});
