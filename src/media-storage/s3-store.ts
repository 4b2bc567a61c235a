import * as http from 'node:http';
import * as https from 'node:https';
import {
  type StoreTrouble,
  type MediaStore,
  type NewObject,
  type ObjectPlace,
  StoreFailure,
  segmentsOf,
} from './media-store';
import { Client } from 'minio';

/** What the codes of S3 and of the connection mean to an operator. Other codes are logged as `failed`. */
const S3_TROUBLES: Readonly<Record<string, StoreTrouble>> = {
  PreconditionFailed: 'key_taken',
  ConditionalRequestConflict: 'key_taken',
  NoSuchBucket: 'no_bucket',
  AccessDenied: 'access_denied',
  InvalidAccessKeyId: 'access_denied',
  SignatureDoesNotMatch: 'access_denied',
  RequestTimeTooSkewed: 'access_denied',
  ECONNREFUSED: 'unreachable',
  ECONNRESET: 'unreachable',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  ENOTFOUND: 'unreachable',
  EAI_AGAIN: 'unreachable',
  EPIPE: 'unreachable',
  ETIMEDOUT: 'unreachable',
};

/** Which S3, and with which key. */
export interface S3Access {
  readonly url: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Browsers must not interpret a container as anything but bytes. */
const CONTENT_TYPE = 'application/octet-stream';

/** Objects in any store with the S3 protocol. */
export class S3Store implements MediaStore {
  private readonly url: URL;

  constructor(private readonly access: S3Access) {
    this.url = new URL(access.url);
  }

  async put({ bucket, key, bytes }: NewObject, signal: AbortSignal): Promise<void> {
    segmentsOf({ bucket, key });
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The condition makes the store refuse a key that is taken.
    const headers = { 'Content-Type': CONTENT_TYPE, 'If-None-Match': '*' };
    await this.ask(signal, (client) => client.putObject(bucket, key, body, body.length, headers));
  }

  async remove({ bucket, key }: ObjectPlace, signal: AbortSignal): Promise<void> {
    segmentsOf({ bucket, key });
    await this.ask(signal, (client) => client.removeObject(bucket, key));
  }

  private async ask(signal: AbortSignal, call: (client: Client) => Promise<unknown>): Promise<void> {
    const ended = new AbortController();
    try {
      await call(this.clientUntil(AbortSignal.any([signal, ended.signal])));
    } catch (error) {
      // A socket closed at the deadline looks like a broken one.
      throw new StoreFailure(signal.aborted ? 'too_late' : troubleBehind(error), error);
    } finally {
      // The library leaves the body of some error answers unread; the connection would stay open.
      ended.abort();
    }
  }

  /**
   * A client for one call, whose requests end with the signal: the library has no deadlines, but accepts a transport.
   * Creating one opens no connection. Retries are off: each retry is our decision, and the library would print its own to
   * the console.
   */
  private clientUntil(signal: AbortSignal): Client {
    const { protocol, hostname, port } = this.url;
    const useSSL = protocol === 'https:';
    const network = useSSL ? https : http;
    const request = (options: https.RequestOptions, answered: (response: http.IncomingMessage) => void) =>
      network.request({ ...options, signal }, answered);
    return new Client({
      endPoint: hostname,
      ...(port === '' ? {} : { port: Number(port) }),
      useSSL,
      region: this.access.region,
      accessKey: this.access.accessKey,
      secretKey: this.access.secretKey,
      pathStyle: true,
      retryOptions: { disableRetry: true },
      transport: { request: request as typeof http.request },
      // The server could close a kept connection just as the next object is sent.
      transportAgent: new network.Agent({ keepAlive: false }),
    });
  }
}

/** Codes come from the server: only those of the table count. */
function troubleBehind(error: unknown): StoreTrouble {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !Object.hasOwn(S3_TROUBLES, code)) return 'failed';
  return S3_TROUBLES[code] ?? 'failed';
}
