import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer, type Server as TlsServer } from 'node:tls';

/** `silent`: takes everything and answers nothing. `deaf`: passes requests on and loses the answers. */
export type LineState = 'through' | 'silent' | 'deaf';

/** A line to a server, which can break down in ways that servers and networks do. */
export class SwitchableProxy {
  state: LineState = 'through';
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async to(target: string): Promise<SwitchableProxy> {
    const server = createServer();
    const line = new SwitchableProxy(server, new URL(target));
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

/** Where a server is that knows no TLS. */
interface Behind {
  readonly host: string;
  readonly port: number;
}

/** TLS in front of a server that knows none. Clients without TLS, or that do not trust the certificate, are refused. */
export class TlsProxy {
  /** How many clients have completed the handshake. */
  secured = 0;
  private behind: Behind | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: TlsServer) {}

  /** With a certificate and its key, which are files with this name and `.pem` and `.key` behind it. */
  static async open(certified: string): Promise<TlsProxy> {
    const server = createTlsServer({
      cert: readFileSync(`${certified}.pem`),
      key: readFileSync(`${certified}.key`),
    });
    const front = new TlsProxy(server);
    server.on('connection', (socket: Socket) => front.follow(socket));
    server.on('secureConnection', (caller) => front.join(caller));
    server.on('tlsClientError', () => undefined);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return front;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Set later, as a server may have to know its proxy before it starts. */
  leadTo(port: number, host = '127.0.0.1'): void {
    this.behind = { host, port };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(caller: Socket): void {
    this.follow(caller);
    this.secured += 1;
    if (this.behind === undefined) return void caller.destroy();
    const server = connect(this.behind);
    this.follow(server);
    caller.pipe(server).pipe(caller);
    caller.on('close', () => server.destroy());
    server.on('close', () => caller.destroy());
  }

  private follow(socket: Socket): void {
    this.sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => this.sockets.delete(socket));
  }
}
