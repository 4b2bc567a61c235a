import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from '../config/settings.schema';
import { Log } from '../observability';
import { noteListener, type Listener } from './request-context';
import { Injectable, type OnModuleDestroy } from '@nestjs/common';

/** `http` answers clients and has an internal port beside it; `worker` has only the internal one. */
export type ServerRole = 'http' | 'worker';

/** The addresses that a process listens on. */
export interface HttpAddresses {
  readonly publicUrl?: string;
  readonly internalUrl: string;
}

type ListenerSettings = Pick<
  Settings,
  | 'HTTP_HOST'
  | 'HTTP_PORT'
  | 'HTTP_REQUEST_TIMEOUT_MS'
  | 'HTTP_TRUSTED_PROXIES'
  | 'INTERNAL_HOST'
  | 'INTERNAL_PORT'
  | 'WORKER_INTERNAL_PORT'
>;

interface ListenerPlace {
  listener: Listener;
  host: string;
  port: number;
  /** A client that sends its request byte by byte holds a connection no longer than this. */
  wholeRequestMs: number;
  /** How long a connection stays open between two requests. */
  idleMs: number;
}

/**
 * A proxy sends a request into a connection that the process is just closing, and answers 502, unless it closes idle
 * connections first: nginx does after 60 s.
 */
const IDLE_BEHIND_PROXY_MS = 65_000;
/** Clients that come directly share the connections; this is what Node gives them. */
const IDLE_MS = 5_000;

/** A proxy keeps some hundred connections open. Each costs some kilobytes while its request arrives. */
const MOST_CONNECTIONS = 2_000;

/** How often late requests are looked for, as a share of the time they have. */
const LOOKED_FOR_SHARE = 0.1;

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function listenersOf(settings: ListenerSettings, role: ServerRole): ListenerPlace[] {
  const { HTTP_HOST, INTERNAL_HOST, HTTP_REQUEST_TIMEOUT_MS: wholeRequestMs } = settings;
  const internal = { listener: 'internal', host: INTERNAL_HOST, wholeRequestMs, idleMs: IDLE_MS } as const;
  if (role === 'worker') return [{ ...internal, port: settings.WORKER_INTERNAL_PORT }];
  const idleMs = settings.HTTP_TRUSTED_PROXIES > 0 ? IDLE_BEHIND_PROXY_MS : IDLE_MS;
  return [
    { listener: 'public', host: HTTP_HOST, port: settings.HTTP_PORT, wholeRequestMs, idleMs },
    { ...internal, port: settings.INTERNAL_PORT },
  ];
}

async function open(
  { listener, host, port, wholeRequestMs, idleMs }: ListenerPlace,
  answer: RequestListener,
): Promise<Server> {
  const limits = {
    headersTimeout: wholeRequestMs,
    requestTimeout: wholeRequestMs,
    connectionsCheckingInterval: wholeRequestMs * LOOKED_FOR_SHARE,
    keepAliveTimeout: idleMs,
  };
  const server = createServer(limits, (request, response) => {
    noteListener(request, listener);
    answer(request, response);
  });
  server.maxConnections = MOST_CONNECTIONS;
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

/**
 * Opens the ports of a process on one application and logs their addresses in one line. Port 0 takes any free one. The
 * ports close with the application; when one cannot be opened, none stays open.
 */
export async function startListening(
  app: NestExpressApplication,
  settings: ListenerSettings,
  role: ServerRole,
): Promise<HttpAddresses> {
  // Only as many proxy addresses of a request are trusted as there are proxies.
  app.set('trust proxy', settings.HTTP_TRUSTED_PROXIES);
  await app.init();
  const answer = app.getHttpAdapter().getInstance() as RequestListener;
  const servers = app.get(HttpServers);
  const urls: Partial<Record<Listener, string>> = {};
  try {
    for (const place of listenersOf(settings, role)) {
      const server = await open(place, answer);
      servers.add(server);
      urls[place.listener] = urlOf(server);
    }
  } catch (error) {
    await servers.close();
    throw error;
  }
  const { public: publicUrl, internal: internalUrl = '' } = urls;
  app.get(Log).info('listening', {
    process: role === 'http' ? 'api' : 'worker',
    public_url: publicUrl,
    internal_url: internalUrl,
  });
  return publicUrl === undefined ? { internalUrl } : { publicUrl, internalUrl };
}

/** How soon a connection closes after its last answer; by itself it would stay open as long as any idle one. */
const CLOSE_IDLE_EVERY_MS = 20;

/** Requests are answered in milliseconds; one that takes longer at shutdown hangs, and its connection is closed. */
const LAST_ANSWERS_MS = 5_000;

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  // Takes no new connection and ends the idle ones; those in use end with their answer.
  server.close();
  const idle = setInterval(() => server.closeIdleConnections(), CLOSE_IDLE_EVERY_MS);
  const hangUp = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(hangUp);
}

/** The listeners of this process. They close before the database does, so that the last requests get answers. */
@Injectable()
export class HttpServers implements OnModuleDestroy {
  private readonly servers = new Set<Server>();
  private readonly endings: (() => void)[] = [];

  /** Ends answers that would never end by themselves, when the listeners are about to close. */
  beforeClose(end: () => void): void {
    this.endings.push(end);
  }

  add(server: Server): void {
    this.servers.add(server);
  }

  async onModuleDestroy(): Promise<void> {
    await this.close();
  }

  /** Closes all listeners; a second call finds nothing to do. */
  async close(): Promise<void> {
    const servers = [...this.servers];
    this.servers.clear();
    for (const end of this.endings) end();
    await Promise.all(servers.map(close));
  }
}
