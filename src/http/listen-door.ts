import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Settings } from '../config/env';
import { Log } from '../observability';
import { OpenDoors } from './open-doors';
import { noteListener, type Listener } from './request-traits';

/** `http` answers clients and has an internal port beside it; `worker` has only the internal one. */
export type Door = 'http' | 'worker';

/** Where a door is open. */
export interface DoorAddresses {
  readonly publicUrl?: string;
  readonly internalUrl: string;
}

type DoorSettings = Pick<
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

function openingsOf(settings: DoorSettings, door: Door): Opening[] {
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
export async function listenDoor(
  app: NestExpressApplication,
  settings: DoorSettings,
  door: Door,
): Promise<DoorAddresses> {
  // Only so many of the addresses that a request claims to have come through are believed.
  app.set('trust proxy', settings.HTTP_TRUSTED_PROXIES);
  await app.init();
  const answer = app.getHttpAdapter().getInstance() as RequestListener;
  const doors = app.get(OpenDoors);
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
  app.get(Log).info('listening', { door, public_url: publicUrl, internal_url: internalUrl });
  return publicUrl === undefined ? { internalUrl } : { publicUrl, internalUrl };
}
