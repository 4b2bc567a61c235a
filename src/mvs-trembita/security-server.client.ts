import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { buildConnector, Client, type Dispatcher } from 'undici';
import { ConfigurationFault } from '../config/read-settings';
import type { Fault } from '../config/settings.rules';
import { HttpExchange, type ExchangeEnd, type ExchangeTerms, type MessageConnection } from './http-exchange';
import { type TlsFiles, TrembitaSettings } from './trembita.settings';

/** A message ready to go. */
export interface Message {
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string;
}

/**
 * Posts messages to the local security server over connections that are kept open. There are as many connections as
 * messages under way, so the limiter limits them too; nothing waits here.
 */
@Injectable()
export class SecurityServerClient implements OnApplicationShutdown {
  private readonly origin: string;
  private readonly path: string;
  private readonly connect: buildConnector.connector;
  private readonly connections: ServerConnection[] = [];
  /** The connection used last is used next: the others become idle and are closed. */
  private readonly idle: ServerConnection[] = [];

  constructor(settings: TrembitaSettings) {
    const { url, tls, connectTimeoutMs } = settings;
    const { origin, pathname, search } = new URL(url);
    this.origin = origin;
    this.path = pathname + search;
    this.connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, ...readTls(tls) });
  }

  /** Sends one message and waits for the end of the exchange. Redirects are not followed. */
  post({ headers, body }: Message, terms: ExchangeTerms): Promise<ExchangeEnd> {
    const connection = this.idle.pop() ?? this.open();
    return new Promise((resolve, reject) => {
      const exchange = new HttpExchange(connection, terms, {
        resolve,
        reject,
        release: () => this.idle.push(connection),
      });
      connection.dispatch({ method: 'POST', path: this.path, headers, body }, exchange);
    });
  }

  /** Closes all connections; a call under way ends as a broken connection. Nest calls it when all work has ended. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.close()));
  }

  private open(): ServerConnection {
    const connection = new ServerConnection(this.origin, this.connect);
    this.connections.push(connection);
    return connection;
  }
}

/** Reads the files once, at start, so that a missing certificate is noticed before the first person is checked. */
function readTls(files: TlsFiles): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  const faults: Fault[] = [];
  const read = <Part extends 'ca' | 'cert' | 'key'>(part: Part, path: string | undefined) => {
    try {
      return path === undefined ? {} : { [part]: readFileSync(path) };
    } catch {
      const problem = `must name a PEM file that can be read, for example /etc/trembita/${FILE_EXAMPLES[part]}`;
      faults.push({ name: `TREMBITA_TLS_${part.toUpperCase()}`, problem });
      return {};
    }
  };
  const parts = { ...read('ca', files.ca), ...read('cert', files.cert), ...read('key', files.key) };
  if (faults.length > 0) throw new ConfigurationFault(faults);
  return parts;
}

const FILE_EXAMPLES = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' } as const;

/** More than any security server sends; longer headers are an attack on our memory. */
const MAX_HEADER_BYTES = 16_384;

/** Shorter than the five seconds after which common servers close an idle connection. */
const KEEP_ALIVE_MS = 4_000;

/**
 * One connection to the security server, opened when first needed and again after each loss. It carries one message at
 * a time, so whatever happens to the connection happens to that message.
 */
class ServerConnection implements MessageConnection {
  private readonly client: Client;
  private socket: Socket | undefined;
  private interim: InterimAnswers | undefined;
  private answers = 0;
  private bytesReadBefore = 0;

  constructor(origin: string, connect: buildConnector.connector) {
    this.client = new Client(origin, {
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The deadline of the whole exchange is shorter than any of these would be.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        connect(options, (...result) => {
          this.socket = result[1] ?? undefined;
          this.interim = this.socket && new InterimAnswers(this.socket);
          this.answers = 0;
          callback(...result);
        });
      },
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(options, handler);
  }

  noteStart(): void {
    this.bytesReadBefore = this.socket?.bytesRead ?? 0;
    this.interim?.expectAnswer();
  }

  noteAnswer(): void {
    this.answers += 1;
  }

  get wasStale(): boolean {
    return this.answers > 0 && this.socket?.bytesRead === this.bytesReadBefore;
  }

  async close(): Promise<void> {
    await this.client.destroy();
  }
}

/** How the head of an answer with a status 1xx begins. */
const INTERIM = /^HTTP\/1\.[01] 1\d\d[ \r\n]/;

/** Bytes that show whether a head is one of those. */
const ENOUGH_BYTES = 13;

/** What may still become the beginning of such a head. */
const MAYBE_INTERIM =
  /^(?:H|HT|HTT|HTTP|HTTP\/|HTTP\/1|HTTP\/1\.|HTTP\/1\.[01]|HTTP\/1\.[01] (?:1\d{0,2})?)$/;

const HEAD_END = /\r?\n\r?\n/;

/**
 * Drops answers with a status 1xx, any number of them, before the HTTP library reads the socket (RFC 9110, 15.2). The
 * library takes `100 Continue` for a broken answer unless it asked for it.
 */
class InterimAnswers {
  private isHeadNext = false;
  private held: Buffer | undefined;

  constructor(socket: Pick<Socket, 'read'>) {
    const read = socket.read.bind(socket) as (size?: number) => Buffer | null;
    socket.read = (size?: number) => this.nextBytes(() => read(size));
  }

  /** A message goes out: what arrives next is the head of its answer. */
  expectAnswer(): void {
    this.isHeadNext = true;
    this.held = undefined;
  }

  private nextBytes(read: () => Buffer | null): Buffer | null {
    for (;;) {
      const piece = read();
      if (piece === null || !this.isHeadNext) return piece;
      const bytes = this.withoutInterim(this.held === undefined ? piece : Buffer.concat([this.held, piece]));
      if (bytes !== undefined) return bytes;
    }
  }

  /** The bytes from the head of the final answer on; undefined while it has not begun. */
  private withoutInterim(bytes: Buffer): Buffer | undefined {
    let rest = bytes;
    while (INTERIM.test(rest.toString('latin1', 0, ENOUGH_BYTES))) {
      const end = HEAD_END.exec(rest.toString('latin1', 0, MAX_HEADER_BYTES));
      if (end === null) break;
      rest = rest.subarray(end.index + end[0].length);
    }
    this.held = rest;
    if (rest.length === 0 || this.mayBeInterim(rest)) return undefined;
    this.isHeadNext = false;
    this.held = undefined;
    return rest;
  }

  /** Too long a head is left to the library, which refuses it. */
  private mayBeInterim(bytes: Buffer): boolean {
    if (bytes.length >= MAX_HEADER_BYTES) return false;
    const start = bytes.toString('latin1', 0, ENOUGH_BYTES);
    return INTERIM.test(start) || MAYBE_INTERIM.test(start);
  }
}
