import { once } from 'node:events';
import type { Server } from 'node:http';
import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';

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
export class OpenDoors implements BeforeApplicationShutdown {
  private readonly servers = new Set<Server>();

  add(server: Server): void {
    this.servers.add(server);
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.close();
  }

  /** Closes all listeners; a second call finds nothing to do. */
  async close(): Promise<void> {
    const servers = [...this.servers];
    this.servers.clear();
    await Promise.all(servers.map(close));
  }
}
