import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { SANDBOX_HEADERS } from './answer-sender';
import { answerControl, isControl } from './control-endpoint';
import { Sandbox } from './sandbox';
import { SoapEndpoint, type Behaviour } from './soap-endpoint';

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
