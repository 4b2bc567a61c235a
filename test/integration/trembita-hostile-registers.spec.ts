import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import type { TrembitaSettings } from '../../src/mvs-trembita';
import { SOAP_12_TYPE } from '../fixtures/trembita/envelope';
import {
  askPassport,
  closeAll,
  FOUND,
  openAgainst,
  openClient,
  PASSPORT,
  type Opened,
} from '../fixtures/trembita/open-client';
import {
  http,
  onRequests,
  rawRegister,
  soapAnswer,
  type OnConnection,
} from '../fixtures/trembita/raw-register';

const HEAD = `HTTP/1.1 200 OK\r\nContent-Type: ${SOAP_12_TYPE}\r\n`;
/** Enough for a busy machine to show that the deadline ended the call, not something slower. */
const DEADLINE_MS = 300;
const SLACK_MS = 2_000;
const MIB = 1_048_576;

const opened: Opened[] = [];

const against = (onConnection: OnConnection, changes?: Partial<TrembitaSettings>) =>
  openAgainst(opened, onConnection, changes);

afterEach(async () => {
  for (const { open } of opened) expect(open.limiter.held).toBe(0);
  await closeAll(opened);
});

/** Writes for as long as the other side takes it, and returns how much that was. */
function flood(socket: Socket, piece: Buffer): { written: number } {
  const count = { written: 0 };
  const more = (): void => {
    while (!socket.destroyed) {
      count.written += piece.length;
      if (!socket.write(piece)) return;
    }
  };
  socket.on('drain', more);
  more();
  return count;
}

/** A chunk of a chunked body. */
const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from('\r\n')]);

function drip(socket: Socket, piece: string): void {
  const timer = setInterval(() => socket.write(piece), 1);
  socket.once('close', () => clearInterval(timer));
}

describe('a register that never ends its answer is cut off at the deadline', () => {
  const slow: Record<string, (socket: Socket) => void> = {
    'accepts and says nothing': () => undefined,
    'sends its headers and no body': (socket) => void socket.write(`${HEAD}Content-Length: 900\r\n\r\n`),
    'stops within its headers': (socket) => void socket.write(HEAD),
    'drips its body': (socket) => {
      socket.write(`${HEAD}Content-Length: 1000000\r\n\r\n`);
      drip(socket, ' ');
    },
    'drips its headers': (socket) => {
      socket.write(`${HEAD}X-Drip: `);
      drip(socket, 'x');
    },
    'says again and again that it goes on': (socket) => drip(socket, 'HTTP/1.1 102 Processing\r\n\r\n'),
    'sends a whole answer but never its last chunk': (socket) =>
      onRequests(socket, ({ body }) => {
        socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
        socket.write(chunk(Buffer.from(soapAnswer(body, FOUND))));
      }),
  };

  it.each(Object.entries(slow))('when it %s', async (_title, onConnection) => {
    const open = await against(
      (socket) => {
        socket.resume();
        onConnection(socket);
      },
      { timeoutMs: DEADLINE_MS },
    );
    const startedAtMs = performance.now();
    expect(await askPassport(open)).toMatchObject({ kind: 'technical_error', error: 'timeout' });
    const tookMs = performance.now() - startedAtMs;
    expect(tookMs).toBeGreaterThanOrEqual(DEADLINE_MS - 20);
    expect(tookMs).toBeLessThan(DEADLINE_MS + SLACK_MS);
    expect(open.limiter.ends).toEqual(['timeout']);
    await open.register.allClosed();
  });
});

describe('a register that sends too much is cut short', () => {
  const PIECE = Buffer.alloc(65_536, 0x20);
  const floods: Record<string, (socket: Socket) => { written: number }> = {
    'ten gigabytes of a known length': (socket) => {
      socket.write(`${HEAD}Content-Length: 10000000000\r\n\r\n`);
      return flood(socket, PIECE);
    },
    'ten gigabytes in chunks': (socket) => {
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      return flood(socket, chunk(PIECE));
    },
    'ten gigabytes until it hangs up': (socket) => {
      socket.write(`${HEAD}Connection: close\r\n\r\n`);
      return flood(socket, PIECE);
    },
    'ten gigabytes in chunks of one byte': (socket) => {
      socket.write(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`);
      return flood(socket, Buffer.from('1\r\n \r\n'.repeat(10_000)));
    },
    'headers without an end': (socket) => {
      socket.write(HEAD);
      return flood(socket, Buffer.from(`X-More: ${'x'.repeat(1000)}\r\n`.repeat(60)));
    },
  };

  it.each(Object.entries(floods))('%s', async (_title, send) => {
    let count = { written: 0 };
    const open = await against((socket) => onRequests(socket, () => (count = send(socket))));
    const heapBefore = process.memoryUsage().arrayBuffers;
    expect(await askPassport(open)).toMatchObject({ kind: 'technical_error', error: 'too_large' });
    expect(process.memoryUsage().arrayBuffers - heapBefore).toBeLessThan(64 * MIB);
    await open.register.allClosed();
    expect(count.written).toBeLessThan(64 * MIB);
  });

  it('a gzip bomb of fifty megabytes', async () => {
    const bomb = gzipSync(Buffer.alloc(50_000_000));
    const open = await against((socket) =>
      onRequests(socket, () => void socket.write(http(bomb, ['Content-Encoding: gzip']))),
    );
    expect(await askPassport(open)).toMatchObject({ kind: 'technical_error', error: 'too_large' });
  });
});

describe('a register that breaks off', () => {
  const cases: Record<string, [string, OnConnection]> = {
    'closes at once': ['connection', (socket) => void socket.end()],
    'resets at once': ['connection', (socket) => void socket.resetAndDestroy()],
    'resets after the question': [
      'connection',
      (socket) => onRequests(socket, () => void socket.resetAndDestroy()),
    ],
    'closes within its headers': ['connection', (socket) => onRequests(socket, () => void socket.end(HEAD))],
    'closes within its body': [
      'connection',
      (socket) =>
        onRequests(socket, ({ body }) => void socket.end(http(soapAnswer(body, FOUND)).subarray(0, -5))),
    ],
    'closes in the middle of a body without a length': [
      'unreadable_answer',
      (socket) =>
        onRequests(socket, ({ body }) => {
          socket.end(`${HEAD}Connection: close\r\n\r\n${soapAnswer(body, FOUND).slice(0, -5)}`);
        }),
    ],
    'speaks something else than HTTP': [
      'unreadable_answer',
      (socket) => onRequests(socket, () => void socket.end('SSH-2.0-OpenSSH\r\n')),
    ],
    'sends a broken chunk': [
      'unreadable_answer',
      (socket) =>
        onRequests(socket, () => void socket.end(`${HEAD}Transfer-Encoding: chunked\r\n\r\nzz\r\n`)),
    ],
  };

  it.each(Object.entries(cases))('%s', async (_title, [error, onConnection]) => {
    const open = await against(onConnection);
    expect(await askPassport(open)).toMatchObject({ kind: 'technical_error', error });
    expect(open.limiter.ends).toEqual([error]);
  });

  it('is not there at all', async () => {
    const register = await rawRegister(() => undefined);
    await register.close();
    const { client, limiter, close } = await openClient(register.url);
    expect(await client.checkPassportDmsStatus(PASSPORT, new AbortController().signal)).toMatchObject({
      error: 'connection',
    });
    expect(limiter.ends).toEqual(['connection']);
    await close();
  });
});
