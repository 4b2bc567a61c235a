import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { dataSourceOptions } from '../../src/database/data-source';
import { Transactions } from '../../src/database/transactions';
import type { MediaStore } from '../../src/media-storage/media-store';
import { UploadLogRepository } from '../../src/media-storage/upload-log.repository';
import { MediaUploads } from '../../src/media-storage/media-uploads.service';
import { OrphanCleaner } from '../../src/media-storage/orphan-cleaner.service';
import { Log, Metrics } from '../../src/observability';
import type { FreshDatabase } from './database';
import { asAdmin } from './sql-session';
import { entriesIn, filesIn } from './stored-files';

/** The bucket of all tests. */
export const BUCKET = 'persons-dev';

/** In tests an orphan is an hour old. */
const ORPHAN_MINUTES = 60;

/** The parts of media storage on a real database, without the rest of the program. */
export class MediaParts {
  readonly metrics = new Metrics();
  readonly uploadLog: UploadLogRepository;
  private readonly log = new Log({ LOG_LEVEL: 'silent' });

  private constructor(
    private readonly dataSource: DataSource,
    readonly transactions: Transactions,
  ) {
    this.uploadLog = new UploadLogRepository(transactions);
  }

  static async open(databaseUrl: string): Promise<MediaParts> {
    const dataSource = await new DataSource(dataSourceOptions(databaseUrl)).initialize();
    return new MediaParts(dataSource, new Transactions(dataSource, new Metrics()));
  }

  mediaUploads(store: MediaStore, timeoutMs = 10_000): MediaUploads {
    return new MediaUploads(store, this.uploadLog, this.log, { MEDIA_STORAGE_TIMEOUT_MS: timeoutMs });
  }

  orphanCleaner(store: MediaStore, timeoutMs = 10_000): OrphanCleaner {
    const settings = { MEDIA_ORPHAN_MINUTES: ORPHAN_MINUTES, MEDIA_STORAGE_TIMEOUT_MS: timeoutMs };
    return new OrphanCleaner(store, this.uploadLog, this.log, this.metrics, settings);
  }

  /** As if everything in the upload log had been recorded two hours ago, which only a superuser may write. */
  async age({ adminUrl }: FreshDatabase): Promise<void> {
    await asAdmin(adminUrl, `UPDATE mpi.media_uploads SET inserted_at = now() - interval '2 hours'`);
  }

  /** Keys in the upload log. */
  async loggedKeys(): Promise<string[]> {
    const rows = await this.transactions.query<{ object_key: string }>({
      text: 'SELECT object_key FROM mpi.media_uploads ORDER BY object_key',
    });
    return rows.map(({ object_key }) => object_key);
  }

  async clear(): Promise<void> {
    await this.transactions.query({ text: 'DELETE FROM mpi.media_uploads' });
  }

  async close(): Promise<void> {
    await this.dataSource.destroy();
  }
}

/** A store with some methods replaced. */
export function storeWith(verbs: Partial<MediaStore>, otherwise: MediaStore): MediaStore {
  return {
    put: verbs.put ?? ((object, signal) => otherwise.put(object, signal)),
    remove: verbs.remove ?? ((place, signal) => otherwise.remove(place, signal)),
  };
}

/** A directory of a test's own. */
export class MediaFolder {
  private constructor(readonly path: string) {}

  static async make(): Promise<MediaFolder> {
    return new MediaFolder(await mkdtemp(join(tmpdir(), 'media-')));
  }

  /** Everything in it, folders with a slash at the end. */
  entries(): string[] {
    return entriesIn(this.path);
  }

  /** Files, whatever folders they are in. */
  files(): string[] {
    return filesIn(this.path);
  }

  async read(key: string): Promise<string> {
    return readFile(join(this.path, BUCKET, key), 'utf8');
  }

  async remove(): Promise<void> {
    await rm(this.path, { recursive: true, force: true });
  }
}

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
