import type { ServerResponse } from 'node:http';
import type { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import type { Trick } from './script';

/** A good answer that a trick spoils, and the response it is spoilt on. */
export interface Stage {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

/** So far nobody reads; a client without a cap would run out of memory long before. */
const HUGE_BYTES = 10 * 1024 ** 3;
const CHUNK_BYTES = 64 * 1024;
/** A client whose time limit starts anew with each byte never gives up at this pace. */
const DRIP_EVERY_MS = 500;
const BOMB_BYTES = 1024 ** 3;
const BOMB_MEMBER_BYTES = 1024 ** 2;

/** Spoils an answer on the wire, below SOAP. */
export function playTrick(trick: Trick, stage: Stage): void {
  TRICKS[trick](stage);
}

const TRICKS: Readonly<Record<Trick, (stage: Stage) => void>> = {
  // The connection then waits for the client's own deadline, or for the end of the sandbox.
  hang: () => undefined,
  hang_after_headers: ({ response, headers }) => {
    response.writeHead(200, headers);
    response.flushHeaders();
  },
  close: ({ response }) => response.socket?.destroy(),
  reset: ({ response }) => response.socket?.resetAndDestroy(),
  close_mid_body: ({ response, headers, content }) => {
    response.writeHead(200, { ...headers, 'content-length': String(Buffer.byteLength(content)) });
    response.write(content.slice(0, content.length / 2), () => response.socket?.destroy());
  },
  endless_headers: ({ response }) => {
    const { socket } = response;
    if (!socket) return;
    socket.write('HTTP/1.1 200 OK\r\nx-sandbox: 1\r\n');
    pour(socket, Buffer.from(`x-more: ${'a'.repeat(1000)}\r\n`));
  },
  huge: ({ response, headers, content }) => {
    response.writeHead(200, headers);
    response.write(content.slice(0, content.indexOf('</soap:Body>')));
    pour(response, Buffer.alloc(CHUNK_BYTES, '<more>0123456789</more>'));
  },
  drip: ({ response, headers, content }) => {
    const bytes = Buffer.from(content);
    response.writeHead(200, { ...headers, 'content-length': String(bytes.length) });
    let sent = 0;
    const timer = setInterval(() => {
      response.write(bytes.subarray(sent, ++sent));
      if (sent === bytes.length) response.end();
    }, DRIP_EVERY_MS);
    response.once('close', () => clearInterval(timer));
  },
  gzip_bomb: ({ response, headers, content }) => {
    response.writeHead(200, { ...headers, 'content-encoding': 'gzip' });
    response.end(gzipBomb(content));
  },
};

/** Writes a chunk again and again, as fast as the other side reads and no faster. */
function pour(sink: Writable, chunk: Buffer): void {
  let poured = 0;
  const fill = () => {
    while (!sink.destroyed && poured < HUGE_BYTES) {
      poured += chunk.length;
      if (!sink.write(chunk)) return;
    }
    sink.destroy();
  };
  sink.on('drain', fill);
  fill();
}

/** Gzip allows members one after the other, so a gigabyte of blanks takes a megabyte and a few milliseconds. */
function gzipBomb(content: string): Buffer {
  const member = gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, ' '));
  const blanks = new Array<Buffer>(BOMB_BYTES / BOMB_MEMBER_BYTES).fill(member);
  return Buffer.concat([...blanks, gzipSync(content)]);
}
