import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Linux gives ports from 32768 up to outgoing connections. A client that keeps connecting to a closed port of that range
 * may get this very port as its own and then be connected to itself.
 */
const LAST_PORT = 32_000;
/** Above the ports of well-known servers. */
const FIRST_PORT = 15_000;
const ATTEMPTS = 50;

/** A port that is free at the moment. Another process may take it first; then the caller tries again. */
export async function findFreePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = randomInt(FIRST_PORT, LAST_PORT);
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found between ${FIRST_PORT} and ${LAST_PORT}.`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Another process took the port first. */
export class PortTaken extends Error {}

/** Starts a server on a free port; with a fixed port there is one try. */
export async function onFreePort<T>(
  fixedPort: number | undefined,
  start: (port: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start(fixedPort ?? (await findFreePort()));
    } catch (error) {
      if (!(error instanceof PortTaken) || fixedPort !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}
