import { connect, type Socket } from 'node:net';
import { Pool } from 'undici';
import { TestAuthority } from '../tools/test-authority';
import { type Certified, writeCertificate } from '../tools/test-authority/certificate-writer';
import { signingKey } from '../tools/test-authority/signing-key';

const ADDRESS = '192.0.2.66';
const VALIDATION = '/api/pis/confidant/sign-up_validation';
const REGISTRATION = '/api/pis/confidant/register';
const MIB = 1024 * 1024;
/** As fast as somebody sends who does not want to be noticed at once. */
const EVERY_MS = 50;
/** Half of what one address may have, so that its other bodies are read. */
const HALF_SENT = 32;

/** One address that sends what costs most: forged national certificates, large bodies, and halves of bodies. */
export class HostileAddress {
  private timer: NodeJS.Timeout | undefined;
  private readonly open = new Set<Promise<unknown>>();
  private readonly sockets: Socket[] = [];
  private readonly statuses = new Map<number, number>();
  private readonly bodies: readonly (readonly [path: string, body: Buffer])[];
  private readonly pool: Pool;
  private sent = 0;

  constructor(private readonly url: string) {
    this.pool = new Pool(url, { pipelining: 1 });
    const forged = forgedContainer();
    const brackets = Buffer.alloc(2 * MIB, '[');
    this.bodies = [
      [VALIDATION, bodyOf(forged)],
      [REGISTRATION, bodyOf({ ...forged, jwt: 'none' })],
      [VALIDATION, brackets],
      ['/nowhere', brackets],
    ];
  }

  start(): void {
    for (let each = 0; each < HALF_SENT; each += 1) this.sockets.push(this.halfSent());
    this.timer = setInterval(() => this.send(), EVERY_MS);
  }

  /** Resolves with how often each status was answered, since the first start. */
  async stop(): Promise<ReadonlyMap<number, number>> {
    clearInterval(this.timer);
    for (const socket of this.sockets.splice(0)) socket.destroy();
    await Promise.all(this.open);
    return this.statuses;
  }

  async close(): Promise<void> {
    await this.stop();
    await this.pool.destroy();
  }

  private send(): void {
    const [path = '/', body] = this.bodies[this.sent % this.bodies.length] ?? [];
    this.sent += 1;
    const headers = { 'content-type': 'application/json', 'x-forwarded-for': ADDRESS };
    const answer = this.pool
      .request({ method: 'POST', path, headers, body: body ?? null })
      .then(async ({ statusCode, body: text }) => {
        this.statuses.set(statusCode, (this.statuses.get(statusCode) ?? 0) + 1);
        await text.dump();
      })
      // A connection that the server has closed.
      .catch(() => undefined)
      .finally(() => this.open.delete(answer));
    this.open.add(answer);
  }

  private halfSent(): Socket {
    const { hostname, port } = new URL(this.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    const head = [
      `POST ${VALIDATION} HTTP/1.1`,
      'Host: localhost',
      'Content-Type: application/json',
      `X-Forwarded-For: ${ADDRESS}`,
      `Content-Length: ${2 * MIB}`,
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${' '.repeat(MIB / 8)}`);
    return socket;
  }
}

const bodyOf = (body: object): Buffer => Buffer.from(JSON.stringify(body));

/** A container whose certificates name the national root of every test authority, and are certified by another key. */
function forgedContainer(): object {
  const certify = (commonName: string, issuer?: Certified): Certified =>
    writeCertificate({
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2040-01-01T00:00:00Z'),
      commonName,
      key: signingKey('dstu'),
      isAuthority: true,
      ...(issuer === undefined ? {} : { issuer }),
    });
  const root = certify('TEST ONLY root (dstu)');
  const sent = Array.from({ length: 7 }, () => certify('TEST ONLY authority in between', root));
  const by = { drfo: '3000000001', signedAt: new Date(), algorithm: 'dstu' } as const;
  const container = new TestAuthority([root]).sign('{}', by, { between: 'an authority', sent });
  return { signed_content: container.toString('base64'), signed_content_encoding: 'base64' };
}
