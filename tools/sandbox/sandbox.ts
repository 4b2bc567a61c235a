import { type Server, createServer } from 'node:http';
import { SoapEndpoint, type Behaviour, type HoldFilter, type RequestRecord } from './soap-endpoint';
import type { Mode, AnswerName } from './answer-choice';
import { once } from 'node:events';
import { answerControl, isControl } from './control-endpoint';
import { SANDBOX_HEADERS } from './answer-sender';

/** A running sandbox, for tests, drills and benchmarks in the same process. */
export class Sandbox {
  readonly url: string;

  constructor(
    private readonly server: Server,
    private readonly soap: SoapEndpoint,
    readonly port: number,
  ) {
    this.url = `http://127.0.0.1:${port}/`;
  }

  /** The remembered requests after this sequence number. */
  requests(sinceSequence = 0): readonly RequestRecord[] {
    return this.soap.log.since(sinceSequence);
  }

  /** The remembered requests about one passport (`ТТ000001`) or UNZR. */
  requestsFor(key: string): readonly RequestRecord[] {
    return this.requests().filter((record) => record.key === key);
  }

  /** How many requests arrived since the start or `forgetRequests`. */
  get requestCount(): number {
    return this.soap.log.count;
  }

  /** Resolves when this many requests have arrived since the start or `forgetRequests`. */
  waitForRequests(count: number, key?: string): Promise<void> {
    return this.soap.log.reach(count, key);
  }

  forgetRequests(): void {
    this.soap.log.forget();
  }

  /** Holds the answers to requests that arrive from now on; call the result to release them. */
  hold(filter: HoldFilter = {}): () => void {
    return this.soap.holds.start(filter);
  }

  /** Ends every hold. */
  release(): void {
    this.soap.holds.releaseAll();
  }

  /**
   * Holds the answers to all requests after the first so many since the start or `forgetRequests`; null answers all.
   * A drill keeps a run going with it until its faults have happened.
   */
  answerUpTo(requests: number | null): void {
    this.soap.holds.answerUpTo(requests ?? Infinity);
  }

  /** Fixes the answer about one document from the next request on. */
  answer(key: string, answer: AnswerName): void {
    this.soap.choice.mark(key, answer);
  }

  /** Reverts `answer`, for one document or all. */
  forgetAnswers(key?: string): void {
    this.soap.choice.forget(key);
  }

  /** Changes what every request gets; `down` also cuts the connections that exist. */
  mode(mode: Mode): void {
    this.soap.choice.mode = mode;
    if (mode !== 'down') return;
    this.soap.cutUnanswered();
    this.server.closeIdleConnections();
  }

  latency(latencyMs: number): void {
    this.soap.latencyMs = latencyMs;
  }

  failureRate(share: number): void {
    this.soap.choice.failureRate = share;
  }

  /** The present behaviour, for the control API. */
  get behaviour() {
    const { choice, holds, latencyMs } = this.soap;
    return { mode: choice.mode, latencyMs, failureRate: choice.failureRate, hold: holds.isHolding };
  }

  /** Ends the sandbox and every connection to it, hanging ones too. */
  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

/** Options at the start; each has a default. */
export interface SandboxOptions extends Partial<Behaviour> {
  /** 0 or undefined for any free port. */
  readonly port?: number;
}

/** Never reachable from another machine: its control routes have no login. */
const HOST = '127.0.0.1';

/** Longer than any client keeps an idle connection, so that the client closes it. */
const KEEP_ALIVE_MS = 120_000;

/**
 * Free ports are searched below 32768, outside the range from which Linux gives ports to clients: a client that
 * connects to a closed port of its own range can be connected to itself.
 */
const FIRST_FREE_PORT = 20_000;

const FREE_PORTS = 12_000;

const PORT_TRIES = 50;

/** Up to twice as many records can be in memory; 200,000 took 37 MB. */
const DEFAULTS: Behaviour = { latencyMs: 0, failureRate: 0, seed: '1', keepRequests: 100_000 };

/** Starts a sandbox register on 127.0.0.1. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port = 0, ...behaviour } = options;
  const soap = new SoapEndpoint({ ...DEFAULTS, ...behaviour });
  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS, noDelay: true });
  const listeningAt = await (port === 0 ? listenAnywhere(server) : listen(server, port));
  const sandbox = new Sandbox(server, soap, listeningAt);
  server.on('request', (incoming, response) => {
    if (isControl(incoming)) answerControl(sandbox, incoming, response);
    else if (incoming.method === 'POST') soap.receive(incoming, response);
    else response.writeHead(405, { ...SANDBOX_HEADERS, allow: 'POST' }).end();
  });
  server.on('clientError', (_error, socket) => {
    if (socket.writable) socket.end('HTTP/1.1 400 Bad Request\r\nx-sandbox: 1\r\nconnection: close\r\n\r\n');
  });
  return sandbox;
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, HOST);
  // Rejects with the server's error, for example when the port is taken.
  await once(server, 'listening');
  return port;
}

async function listenAnywhere(server: Server): Promise<number> {
  for (let tries = 0; tries < PORT_TRIES; tries += 1) {
    const port = FIRST_FREE_PORT + Math.floor(Math.random() * FREE_PORTS);
    try {
      return await listen(server, port);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
  }
  throw new Error('no free port was found for the sandbox');
}
