import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../src/jobs';
import { logTo } from '../support/test-queue';

const SUBSCRIBED = '*3\r\n$10\r\npsubscribe\r\n$4\r\nbell\r\n:1\r\n';

const open: { server: Server; sockets: Socket[] }[] = [];

afterEach(() => {
  for (const { server, sockets } of open.splice(0)) {
    for (const socket of sockets) socket.destroy();
    server.close();
  }
});

/** A Redis that accepts everything and answers what the test defines. */
async function silentRedis(): Promise<{ url: string; nextSocket: () => Promise<Socket> }> {
  const server = createServer();
  const sockets: Socket[] = [];
  open.push({ server, sockets });
  server.on('connection', (socket) => sockets.push(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    nextSocket: async () => (await once(server, 'connection'))[0] as Socket,
  };
}

const settingsOf = (url: string) => ({ REDIS_URL: url, REDIS_MASTER_NAME: 'mymaster', REDIS_TLS: false });

describe('The connections to Redis', () => {
  it('closed while a subscription is being renewed, leave no error that nobody catches', async () => {
    const stray: unknown[] = [];
    const note = (error: unknown): number => stray.push(error);
    process.on('unhandledRejection', note);
    try {
      const { url, nextSocket } = await silentRedis();
      const connections = new RedisConnections(
        settingsOf(url),
        logTo(() => undefined),
      );
      const first = nextSocket();
      const redis = connections.create('subscriber');
      const listening = redis.psubscribe('wake-ups');
      const socket = await first;
      await once(socket, 'data');
      socket.write(SUBSCRIBED);
      await listening;
      // Redis stops and restarts; the client subscribes again by itself, and we leave before it is answered.
      const second = nextSocket();
      socket.destroy();
      await once(await second, 'data');
      const over = once(redis, 'end');
      connections.closeAll();
      await over;
      // Node reports a stray rejection after the turn in which it happened.
      await nextTurn();
      expect(stray).toEqual([]);
    } finally {
      process.off('unhandledRejection', note);
    }
  });

  it('reject pending commands when they are closed', async () => {
    const { url, nextSocket } = await silentRedis();
    const connections = new RedisConnections(
      settingsOf(url),
      logTo(() => undefined),
    );
    const arrived = nextSocket();
    const listening = connections.create('subscriber').psubscribe('wake-ups');
    await once(await arrived, 'data');
    connections.closeAll();
    await expect(listening).rejects.toThrow('Connection is closed');
  });
});
