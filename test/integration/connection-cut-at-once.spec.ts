import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { DataSource } from 'typeorm';
import { afterEach, expect, it } from 'vitest';
import { dataSourceOptions } from '../../src/database/data-source';

/** A message as PostgreSQL writes it: kind, length, body. */
function message(kind: string, body: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeInt32BE(4 + Buffer.byteLength(body, 'latin1'));
  return Buffer.concat([Buffer.from(kind), length, Buffer.from(body, 'latin1')]);
}

const LET_IN = message('R', '\0\0\0\0');
const READY = message('Z', 'I');
const SHUT_DOWN = message('E', 'SFATAL\0VFATAL\0C57P01\0Mgoing away\0\0');

let server: Server | undefined;
afterEach(() => server?.close());

it('a connection that is cut the moment it opens is a failed start, and no uncaught error', async () => {
  // One packet, so that the end is read before anybody can have begun to listen.
  server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.once('data', () => socket.end(Buffer.concat([LET_IN, READY, SHUT_DOWN])));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const strayed: unknown[] = [];
  const stray = (error: unknown): void => void strayed.push(error);
  process.on('uncaughtException', stray);
  try {
    const dataSource = new DataSource(dataSourceOptions(`postgres://app@127.0.0.1:${port}/ehealth`));
    await expect(dataSource.initialize()).rejects.toThrow(/not queryable/);
  } finally {
    process.off('uncaughtException', stray);
  }
  expect(strayed).toEqual([]);
});
