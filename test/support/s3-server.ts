import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** An object as it was put. */
export interface StoredObject {
  readonly bytes: Buffer;
  readonly contentType: string | undefined;
}

/** The one key that is let in, and the region it is for. */
export const S3_KEY = {
  accessKey: 'test-access',
  secretKey: 'test-secret-key',
  region: 'eu-test-1',
} as const;

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');
const hmac = (key: Buffer | string, text: string): Buffer => createHmac('sha256', key).update(text).digest();

/**
 * As much of S3 as media storage uses: PUT and DELETE of objects in one bucket, path style. It refuses what a real one
 * refuses: a signature (version 4) or a body that is not what was signed, an unknown key or bucket, and, with
 * `If-None-Match: *`, a key that is taken.
 */
export class S3Server {
  readonly objects = new Map<string, StoredObject>();
  /** Requests that got as far as an answer. */
  readonly answered: string[] = [];

  private constructor(
    private readonly server: Server,
    readonly bucket: string,
  ) {}

  static async start(bucket = 'persons-dev'): Promise<S3Server> {
    const server = createServer();
    const s3 = new S3Server(server, bucket);
    server.on('request', (request, response) => void s3.answer(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return s3;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(request);
    const { status, code } = this.outcomeOf(request, body);
    this.answered.push(`${request.method} ${request.url} ${status}`);
    response.writeHead(status, { 'Content-Type': 'application/xml', ETag: `"${sha256(body).slice(0, 32)}"` });
    response.end(
      code === undefined ? '' : `<Error><Code>${code}</Code><Message>secret words</Message></Error>`,
    );
  }

  private outcomeOf(request: IncomingMessage, body: Buffer): { status: number; code?: string } {
    const refused = whyRefused(request, body);
    if (refused !== undefined) return { status: 403, code: refused };
    const [, bucket, ...segments] = (request.url ?? '').split('/').map(decodeURIComponent);
    if (bucket !== this.bucket) return { status: 404, code: 'NoSuchBucket' };
    const key = segments.join('/');
    if (request.method === 'DELETE') {
      this.objects.delete(key);
      return { status: 204 };
    }
    if (request.method !== 'PUT') return { status: 405, code: 'MethodNotAllowed' };
    if (request.headers['if-none-match'] === '*' && this.objects.has(key)) {
      return { status: 412, code: 'PreconditionFailed' };
    }
    this.objects.set(key, { bytes: body, contentType: request.headers['content-type'] });
    return { status: 200 };
  }
}

const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

function whyRefused(request: IncomingMessage, body: Buffer): string | undefined {
  const [, accessKey, day, region, headers, signature] =
    AUTHORIZATION.exec(request.headers.authorization ?? '') ?? [];
  if (!day || !headers || !signature) return 'AccessDenied';
  if (accessKey !== S3_KEY.accessKey) return 'InvalidAccessKeyId';
  if (region !== S3_KEY.region) return 'AuthorizationHeaderMalformed';
  if (request.headers['x-amz-content-sha256'] !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const expected = signatureOf(canonicalRequest(request, headers, sha256(body)), {
    day,
    date: String(request.headers['x-amz-date']),
  });
  return timingSafeEqual(expected, Buffer.from(signature, 'hex')) ? undefined : 'SignatureDoesNotMatch';
}

/** Signature version 4, as it must be. */
function signatureOf(canonical: string, { day, date }: { day: string; date: string }): Buffer {
  const { region, secretKey } = S3_KEY;
  const scope = `${day}/${region}/s3/aws4_request`;
  const key = [region, 's3', 'aws4_request'].reduce(hmac, hmac(`AWS4${secretKey}`, day));
  return hmac(key, ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'));
}

function canonicalRequest({ method, url = '', headers }: IncomingMessage, signed: string, hash: string) {
  const [path = '', query = ''] = url.split('?');
  const lines = signed.split(';').map((name) => `${name}:${String(headers[name]).trim()}`);
  return [method, path, query.split('&').sort().join('&'), ...lines, '', signed, hash].join('\n');
}
