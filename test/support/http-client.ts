import type { OpenApiDocument } from '../../src/http';
import { AnswerCheck, noteFault } from './openapi-check';
import { Agent, request } from 'node:http';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Answer } from './sign-up-fixture';

/** By where the program is. All are the same program, but each serves its own description. */
const CHECKS = new Map<string, Promise<AnswerCheck>>();

/** The programs of a test file are gone: the next server that gets one of their ports may be another one. */
export function forgetDescriptions(): void {
  CHECKS.clear();
}

async function checkOf(origin: string): Promise<AnswerCheck> {
  const answer = await fetch(`${origin}/docs/openapi.json`);
  return AnswerCheck.of((await answer.json()) as OpenApiDocument);
}

/**
 * Asks as `fetch` does, a program in a process of its own: its answers are not heard here, so they are held against the
 * description it serves as they arrive.
 */
export async function ask(url: string, init: RequestInit = {}): Promise<Response> {
  const { origin, pathname } = new URL(url);
  const made = CHECKS.get(origin) ?? checkOf(origin);
  CHECKS.set(origin, made);
  // Before the call: afterwards the program may be gone.
  const check = await made;
  const answer = await fetch(url, init);
  const fault = check.faultOf({
    method: init.method ?? 'GET',
    url: pathname,
    status: answer.status,
    header: (name) => answer.headers.get(name) ?? undefined,
    text: await answer.clone().text(),
  });
  if (fault !== undefined) noteFault(fault);
  return answer;
}

/** A request exactly as it goes over the line. */
export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  /** An empty one is not sent. */
  readonly body: string;
}

/** The response. */
export interface RawAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

const agent = new Agent({ keepAlive: true });

/** Sends without correcting anything: the clients of the platform would put an address in order before. */
export function send(baseUrl: string, { method, target, headers, body }: SentRequest): Promise<RawAnswer> {
  const { hostname, port } = new URL(baseUrl);
  return new Promise((resolve, reject) => {
    const length = body === '' ? {} : { 'content-length': Buffer.byteLength(body) };
    const asked = request(
      { agent, hostname, port, method, path: target, headers: { ...headers, ...length } },
      (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
        });
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}

/** How the length of a body is given: beforehand, or chunk by chunk. */
export type Framing = 'by its length' | 'in pieces';

/**
 * A request that is written to the socket by hand. The clients of the platform stop sending when an answer arrives early;
 * who is hostile does not.
 */
export class OpenRequest {
  readonly answered: Promise<Pick<Answer, 'status' | 'body'>>;
  /** Resolves when the connection is gone, on whichever side. */
  readonly closed: Promise<unknown>;

  private constructor(
    private readonly socket: Socket,
    private readonly framing: Framing,
  ) {
    this.closed = once(socket, 'close');
    this.answered = answerOn(socket);
    // Checked by the caller that awaits it.
    this.answered.catch(() => undefined);
  }

  /** Sends the head; whether and how the body follows is up to the caller. */
  static to(
    url: string,
    body: { readonly framing: Framing; readonly bytes: number; readonly headers?: readonly string[] },
  ): OpenRequest {
    const { hostname, port, pathname } = new URL(url);
    const socket = connect(Number(port), hostname);
    const reported =
      body.framing === 'in pieces' ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.bytes}`;
    const head = [`POST ${pathname} HTTP/1.1`, 'Host: localhost', 'Content-Type: application/json', reported];
    socket.write(`${[...head, ...(body.headers ?? [])].join('\r\n')}\r\n\r\n`);
    return new OpenRequest(socket, body.framing);
  }

  /** Resolves when the other side has taken all of it but what the sockets hold. */
  async send(bytes: number): Promise<void> {
    const chunk = Buffer.alloc(1024 * 1024, 'a');
    for (let left = bytes; left > 0; left -= chunk.length) {
      const piece = chunk.subarray(0, left);
      if (this.framing === 'in pieces') this.socket.write(`${piece.length.toString(16)}\r\n`);
      const isTaken = this.socket.write(piece);
      if (this.framing === 'in pieces') this.socket.write('\r\n');
      if (!isTaken) await once(this.socket, 'drain');
    }
  }

  hangUp(): void {
    this.socket.destroy();
  }
}

/** Answers of this program have a Content-Length. */
const ANSWER = /^HTTP\/1\.1 (\d{3}) [^]*?\r\nContent-Length: (\d+)\r\n[^]*?\r\n\r\n([^]*)$/;

function answerOn(socket: Socket): Promise<Pick<Answer, 'status' | 'body'>> {
  return new Promise((resolve, reject) => {
    let come = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      come = Buffer.concat([come, chunk]);
      const [, status, length, body = ''] = ANSWER.exec(come.toString('latin1')) ?? [];
      if (status === undefined || body.length < Number(length)) return;
      const text = Buffer.from(body, 'latin1').toString('utf8');
      resolve({ status: Number(status), body: JSON.parse(text) as Answer['body'] });
    });
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The connection ended without an answer.')));
  });
}
