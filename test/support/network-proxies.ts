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

/**
 * A network that can go silent: packets are swallowed in both directions, also those that open and end connections. When
 * it comes back, connections from before stay dead, as after a router lost its table.
 */
export class SilentNetwork {
  private isSilent = false;
  private readonly sockets = new Set<Socket>();

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async before(target: string): Promise<SilentNetwork> {
    const server = createServer({ allowHalfOpen: true });
    const network = new SilentNetwork(server, new URL(target));
    server.on('connection', (caller) => network.join(caller));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return network;
  }

  /** The server, as it is reached through here. */
  get url(): string {
    const url = new URL(this.target);
    url.hostname = '127.0.0.1';
    url.port = String((this.server.address() as AddressInfo).port);
    return url.href;
  }

  goSilent(): void {
    this.isSilent = true;
  }

  comeBack(): void {
    this.isSilent = false;
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(caller: Socket): void {
    const server = connect({
      host: this.target.hostname,
      port: Number(this.target.port),
      allowHalfOpen: true,
    });
    this.forward(caller, server);
    this.forward(server, caller);
  }

  private forward(from: Socket, to: Socket): void {
    this.sockets.add(from);
    from.on('data', (bytes) => void (this.isSilent || to.write(bytes)));
    from.on('end', () => void (this.isSilent || to.end()));
    from.on('error', () => undefined);
    from.on('close', () => {
      this.sockets.delete(from);
      if (!this.isSilent) to.destroy();
    });
  }
}
