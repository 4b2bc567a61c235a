import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `silent`: takes everything and answers nothing. `deaf`: passes requests on and loses the answers. */
export type LineState = 'through' | 'silent' | 'deaf';

/** A line to a server, which can break down in ways that servers and networks do. */
export class SwitchedLine {
  state: LineState = 'through';
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(target: string): Promise<SwitchedLine> {
    const server = createServer();
    const line = new SwitchedLine(server, new URL(target));
    server.on('connection', (caller) => line.join(caller));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return line;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(caller: Socket): void {
    this.follow(caller);
    if (this.state === 'silent') {
      caller.resume();
      return;
    }
    const server = connect(Number(this.target.port), this.target.hostname);
    this.follow(server);
    caller.pipe(server);
    if (this.state === 'through') server.pipe(caller);
    else server.resume();
    caller.on('close', () => server.destroy());
  }

  private follow(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }
}
