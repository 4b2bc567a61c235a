import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fromBER } from 'asn1js';
import { OCSPRequest } from 'pkijs';

/** A call as it arrived. */
export interface StatusRequest {
  readonly method: string;
  readonly path: string;
  readonly body: Buffer;
  /** Of an OCSP request. */
  readonly nonce: Uint8Array | undefined;
  readonly digest: string;
  readonly serial: string;
}

/** What is answered: a body, something else of HTTP, silence, or a closed connection. */
export type StatusAnswer =
  | Uint8Array
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'silence'
  | 'close';

const NONCE = '1.3.6.1.5.5.7.48.1.2';

function readRequest(method: string, path: string, body: Buffer): StatusRequest {
  if (body.length === 0) return { method, path, body, nonce: undefined, digest: '', serial: '' };
  const { tbsRequest } = new OCSPRequest({ schema: fromBER(body).result });
  const [request] = tbsRequest.requestList;
  const extension = tbsRequest.requestExtensions?.find(({ extnID }) => extnID === NONCE);
  return {
    method,
    path,
    body,
    // The value is itself an octet string with a header of two bytes.
    nonce: extension && new Uint8Array(extension.extnValue.getValue()).slice(2),
    digest: request?.reqCert.hashAlgorithm.algorithmId ?? '',
    serial: Buffer.from(request?.reqCert.serialNumber.valueBlock.valueHexView ?? []).toString('hex'),
  };
}

/** An OCSP responder and server of revocation lists on 127.0.0.1, which answers what the test says. */
export class StatusServer {
  readonly calls: StatusRequest[] = [];
  answer: (request: StatusRequest) => StatusAnswer | Promise<StatusAnswer> = () => ({ status: 500 });

  private constructor(private readonly server: Server) {}

  static async start(): Promise<StatusServer> {
    const server = createServer();
    const started = new StatusServer(server);
    server.on('request', (request, response) => void started.handle(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return started;
  }

  get host(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  get url(): string {
    return `http://${this.host}/ocsp`;
  }

  get listUrl(): string {
    return `http://${this.host}/list.crl`;
  }

  /** Forgets the calls so far, and answers so from now on. */
  answers(answer: StatusAnswer | ((request: StatusRequest) => StatusAnswer | Promise<StatusAnswer>)): void {
    this.calls.length = 0;
    this.answer = typeof answer === 'function' ? answer : () => answer;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = [];
    for await (const piece of request) pieces.push(piece as Buffer);
    const call = readRequest(request.method ?? '', request.url ?? '', Buffer.concat(pieces));
    this.calls.push(call);
    const answer = await this.answer(call);
    if (answer === 'silence') return;
    if (answer === 'close') request.socket.destroy();
    else if (answer instanceof Uint8Array) response.end(answer);
    else response.writeHead(answer.status, answer.headers ?? {}).end(answer.body);
  }
}
