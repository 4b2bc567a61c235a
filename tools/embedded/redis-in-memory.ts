import { createServer, type Server, type Socket } from 'node:net';
import { PortTaken } from './free-port';

/** The number of databases a real Redis has unless told otherwise. */
const DATABASES = 16;

/**
 * The library is loaded only when it is needed: its interpreter for scripts is a megabyte of WebAssembly.
 */
const loadLibrary = () => import('js-redis-server/core');
type Library = Awaited<ReturnType<typeof loadLibrary>>;
type CommandDefinition = Library['redisCommandDefinitions'][number];

/** A stand-in for Redis inside this program. */
export interface InMemoryRedis {
  close(): Promise<void>;
}

/** The last resort on a machine where no real Redis can be had. */
export async function listenInMemory(port: number): Promise<InMemoryRedis> {
  const library = await loadLibrary();
  const state = new library.RedisServerState({ databaseCount: DATABASES });
  const executor = library.createRedisCommandExecutor({ extraCommands: [blockingMove(library)] });
  const sockets = new Set<Socket>();
  // Answers are small: gathered into larger packets each would wait 40 ms for the client's receipt.
  const server = createServer({ noDelay: true, keepAlive: true }, (socket) => {
    const transport = new library.SocketConnectionTransport(socket);
    const { session } = library.attachSession(transport, { state, executor });
    sockets.add(socket);
    destroyWhenClientLeaves(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      // Ends a command that waits: the library lets it wait on, and would hand the next job to nobody.
      session.close();
    });
  });
  await listen(server, port);
  server.unref();
  return {
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
        state.close();
      }),
  };
}

/**
 * Nothing is read from a client while a command of his waits, so the end of what he sends would be
 * noticed too late. Here it is seen as it arrives.
 */
function destroyWhenClientLeaves(socket: Socket): void {
  const push = socket.push.bind(socket);
  socket.push = (chunk: unknown, encoding?: BufferEncoding): boolean => {
    if (chunk === null) socket.destroy();
    return push(chunk, encoding);
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', () => reject(new PortTaken(`Port ${port} is taken.`)));
    server.listen({ port, host: '127.0.0.1' }, resolve);
  });
}

/** The command Bull waits for jobs with. Redis calls it old and offers BLMOVE, which the library has. */
function blockingMove(library: Library): CommandDefinition {
  const blmove = library.redisCommandDefinitions.find(({ name }) => name === 'blmove');
  if (!blmove) throw new Error('The in-memory Redis has no BLMOVE.');
  return library.defineCommand({
    name: 'brpoplpush',
    flags: blmove.flags,
    schema: library.t.custom((input, index, context) => {
      const [source, destination, timeout] = input.slice(index);
      if (!source || !destination || !timeout) throw new library.WrongNumberOfArgumentsError('brpoplpush');
      const asMove = [source, destination, Buffer.from('RIGHT'), Buffer.from('LEFT'), timeout];
      return { value: blmove.schema.parse(asMove, 0, context).value, nextIndex: index + 3 };
    }),
    keys: (args) => blmove.keys(args),
    execute: (args, context) => blmove.execute(args, context),
  });
}
