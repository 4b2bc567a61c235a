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

/** Where a door is open. */
export interface HttpAddresses {
  readonly publicUrl?: string;
  readonly internalUrl: string;
}

type ListenerSettings = Pick<
  Settings,
  | 'HTTP_HOST'
  | 'HTTP_PORT'
  | 'HTTP_TRUSTED_PROXIES'
  | 'INTERNAL_HOST'
  | 'INTERNAL_PORT'
  | 'WORKER_INTERNAL_PORT'
>;

interface Opening {
  listener: Listener;
  host: string;
  port: number;
}

/** A client that sends its request by the byte holds a connection no longer than this. */
const WHOLE_REQUEST_MS = 30_000;

function urlOf(server: Server): string {
  const { address, port, family } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
}

function openingsOf(settings: ListenerSettings, door: ServerRole): Opening[] {
  const host = settings.INTERNAL_HOST;
  if (door === 'worker') return [{ listener: 'internal', host, port: settings.WORKER_INTERNAL_PORT }];
  return [
    { listener: 'public', host: settings.HTTP_HOST, port: settings.HTTP_PORT },
    { listener: 'internal', host, port: settings.INTERNAL_PORT },
  ];
}

async function open({ listener, host, port }: Opening, answer: RequestListener): Promise<Server> {
  const server = createServer({ requestTimeout: WHOLE_REQUEST_MS }, (request, response) => {
    noteListener(request, listener);
    answer(request, response);
  });
  server.listen(port, host);
  await once(server, 'listening');
  return server;
}

/**
 * Opens the ports of a door on one application and says in one log line where they are. Port 0 takes any free
 * one. The ports close with the application; when one cannot be opened, none stays open.
 */
export async function startListening(
  app: NestExpressApplication,
  settings: ListenerSettings,
  door: ServerRole,
): Promise<HttpAddresses> {
  // Only so many of the addresses that a request claims to have come through are believed.
  app.set('trust proxy', settings.HTTP_TRUSTED_PROXIES);
  await app.init();
  const answer = app.getHttpAdapter().getInstance() as RequestListener;
  const doors = app.get(HttpServers);
  const urls: Partial<Record<Listener, string>> = {};
  try {
    for (const opening of openingsOf(settings, door)) {
      const server = await open(opening, answer);
      doors.add(server);
      urls[opening.listener] = urlOf(server);
    }
  } catch (error) {
    await doors.close();
    throw error;
  }
  const { public: publicUrl, internal: internalUrl = '' } = urls;
  app.get(Log).info('listening', {
    process: door === 'http' ? 'api' : 'worker',
    public_url: publicUrl,
    internal_url: internalUrl,
  });
  return publicUrl === undefined ? { internalUrl } : { publicUrl, internalUrl };
}

/** How soon a connection goes after its last answer; by itself it would linger for five seconds, hoping for more. */
const SWEEP_MS = 20;

/** Requests are answered in milliseconds; who needs longer at shutdown hangs, and is hung up on. */
const LAST_ANSWERS_MS = 5_000;

async function close(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  // Takes no new connection and ends the idle ones; those in use end with their answer.
  server.close();
  const sweep = setInterval(() => server.closeIdleConnections(), SWEEP_MS);
  const hangUp = setTimeout(() => server.closeAllConnections(), LAST_ANSWERS_MS);
  await closed;
  clearInterval(sweep);
  clearTimeout(hangUp);
}

/** The listeners of this process. They close before the database does, so that the last requests get answers. */
@Injectable()
export class HttpServers implements OnModuleDestroy {
  private readonly servers = new Set<Server>();

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
    await Promise.all(servers.map(close));
  }
}
