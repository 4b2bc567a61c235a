import * as http from 'node:http';
import * as https from 'node:https';
import { Client } from 'minio';
import type { MediaStore, NewObject, ObjectPlace, StoreTrouble } from './media-store';
import { StoreFailure } from './media-store';
import { segmentsOf } from './object-place.rules';
import { S3_TROUBLES } from './s3-troubles.table';

/** Which S3, and with which key. */
export interface S3Access {
  readonly url: string;
  readonly region: string;
  readonly accessKey: string;
  readonly secretKey: string;
}

/** Nothing is known of a container beyond that it is bytes; no browser must take it for anything else. */
const CONTENT_TYPE = 'application/octet-stream';

/** Objects in anything that speaks S3. */
export class S3Store implements MediaStore {
  private readonly url: URL;

  constructor(private readonly access: S3Access) {
    this.url = new URL(access.url);
  }

  async put({ bucket, key, bytes }: NewObject, signal: AbortSignal): Promise<void> {
    segmentsOf({ bucket, key });
    const body = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    // The condition makes the store itself refuse a key that is taken.
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
      // A socket that is torn down at the deadline looks like one that broke.
      throw new StoreFailure(signal.aborted ? 'too_late' : troubleBehind(error), error);
    } finally {
      // The library leaves the body of some refusals unread; its connection would stay open.
      ended.abort();
    }
  }

  /**
   * The library knows no deadline, but lets its way to the network be chosen: a client of one call, whose requests end
   * with the signal. Making one costs no connection. It does not try again: every try is this program's decision, and
   * the library would announce its own on the console.
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
      // A connection that is kept can be closed from the other side just as the next object is sent.
      transportAgent: new network.Agent({ keepAlive: false }),
    });
  }
}

/** Codes come from the other side: only those of the table are looked up. */
function troubleBehind(error: unknown): StoreTrouble {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (typeof code !== 'string' || !Object.hasOwn(S3_TROUBLES, code)) return 'failed';
  return S3_TROUBLES[code] ?? 'failed';
}
