import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { fitsMethod, contentTypeOf, writeAnswer, type WrittenAnswer, type Occasion } from './answer-writer';
import type { RegisterRequest, SoapVersion } from './request-reader';
import type { FaultScript, PageScript, Script, Trick } from './answer-script';
import { faultEnvelope } from './envelope-writer';
import type { Writable } from 'node:stream';
import { gzipSync } from 'node:zlib';

/** A question that waits for its answer. */
export interface Question {
  readonly request: RegisterRequest;
  readonly response: ServerResponse;
  readonly script: Script;
  readonly previous: RegisterRequest | undefined;
}

/** Every answer is marked, so that a program in production can refuse it. */
export const SANDBOX_HEADERS = { 'x-sandbox': '1' } as const;

/** The good answer that a trick spoils. */
const SPOILED = { sends: 'envelope', statuses: ['1'] } as const;

/** `unzr` has no status that could be wrong, so the register can only fail. */
const UNFIT = { sends: 'fault', soap: 'asked', code: 'Server', httpStatus: 500 } as const;

/** Sends what the script says. */
export function sendAnswer({ request, response, script, previous }: Question): void {
  // The client may have given up while the answer was held or delayed.
  if (response.destroyed) return;
  switch (script.sends) {
    case 'envelope': {
      if (!fitsMethod(request, script)) return sendFault({ request, response, script: UNFIT });
      const occasion: Occasion = { request, script, previous };
      return write(response, 200, writeAnswer(occasion));
    }
    case 'fault':
      return sendFault({ request, response, script });
    case 'page':
      return sendPage(response, script);
    case 'trick': {
      const { contentType, content } = writeAnswer({ request, script: SPOILED, previous });
      return playTrick(script.trick, { response, headers: headersFor(contentType), content });
    }
  }
}

/** Answers a message that could not be read. */
export function sendRefusal(
  response: ServerResponse,
  fault: { soap: SoapVersion; code: string; httpStatus: number },
): void {
  write(response, fault.httpStatus, {
    contentType: contentTypeOf(fault.soap),
    content: faultEnvelope(fault),
  });
}

type FaultToSend = Pick<Question, 'request' | 'response'> & { script: FaultScript };

function sendFault({ request, response, script }: FaultToSend): void {
  const soap = script.soap === 'asked' ? request.soap : script.soap;
  const header = script.withHeader ? request : undefined;
  const content = faultEnvelope({ soap, code: script.code, header });
  write(response, script.httpStatus, { contentType: contentTypeOf(soap), content });
}

function sendPage(response: ServerResponse, page: PageScript): void {
  if (page.location !== undefined) response.setHeader('location', page.location);
  write(response, page.httpStatus, page);
}

function headersFor(contentType: string) {
  return { ...SANDBOX_HEADERS, 'content-type': contentType, 'uxp-transaction-id': randomUUID() };
}

function write(response: ServerResponse, httpStatus: number, { contentType, content }: WrittenAnswer): void {
  const headers = { ...headersFor(contentType), 'content-length': Buffer.byteLength(content) };
  response.writeHead(httpStatus, headers);
  response.end(content);
}

/** A good answer that a trick spoils, and the response to send it on. */
export interface TrickTarget {
  readonly response: ServerResponse;
  readonly headers: Readonly<Record<string, string>>;
  readonly content: string;
}

/** No client reads this much; one without a size limit would run out of memory long before. */
const HUGE_BYTES = 10 * 1024 ** 3;

const CHUNK_BYTES = 64 * 1024;

/** A client that restarts its time limit at each byte never gives up at this pace. */
const DRIP_EVERY_MS = 500;

const BOMB_BYTES = 1024 ** 3;

const BOMB_MEMBER_BYTES = 1024 ** 2;

/** Spoils an answer on the wire, below SOAP. */
export function playTrick(trick: Trick, target: TrickTarget): void {
  TRICKS[trick](target);
}

const TRICKS: Readonly<Record<Trick, (target: TrickTarget) => void>> = {
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

/** Writes a chunk repeatedly, as fast as the other side reads. */
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

/** Gzip allows members one after another, so a gigabyte of blanks takes a megabyte and a few milliseconds. */
function gzipBomb(content: string): Buffer {
  const member = gzipSync(Buffer.alloc(BOMB_MEMBER_BYTES, ' '));
  const blanks = new Array<Buffer>(BOMB_BYTES / BOMB_MEMBER_BYTES).fill(member);
  return Buffer.concat([...blanks, gzipSync(content)]);
}
