import { createServer } from 'node:net';
import { randomInt } from 'node:crypto';

/**
 * Linux hands out 32768 and above to outgoing connections. A client that keeps dialling a dead
 * port of that range may be given this very port as its own end, and then talks to itself for good.
 */
const LAST_PORT = 32_000;
/** Above the ports that well-known servers are installed on. */
const FIRST_PORT = 15_000;
const ATTEMPTS = 50;

/** A port nobody listens on just now. Somebody else may still be faster: the caller tries again then. */
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

/** The port asked for was taken by somebody else before the server could have it. */
export class PortTaken extends Error {}

/** A server found on a free port; with a fixed port there is one try, otherwise a few. */
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
