import type { Socket } from 'node:net';
import { Client, type buildConnector, type Dispatcher } from 'undici';

/** More than any security server sends; what is longer is meant to fill our memory. */
const MAX_HEADER_BYTES = 16_384;
/** Shorter than the five seconds after which common servers hang up, so that we are rarely surprised. */
const KEEP_ALIVE_MS = 4_000;

/**
 * One connection to the security server, opened when first needed and again after each loss. It
 * carries one message at a time, so what happens to it happened to that message.
 */
export class ServerLine {
  readonly #client: Client;
  #socket: Socket | undefined;
  #answers = 0;
  #bytesReadBefore = 0;

  constructor(origin: string, connect: buildConnector.connector) {
    this.#client = new Client(origin, {
      pipelining: 1,
      maxHeaderSize: MAX_HEADER_BYTES,
      keepAliveTimeout: KEEP_ALIVE_MS,
      // The deadline of the whole exchange is shorter than any of these would be.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (options, callback) => {
        connect(options, (...result) => {
          this.#socket = result[1] ?? undefined;
          this.#answers = 0;
          callback(...result);
        });
      },
    });
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.#client.dispatch(options, handler);
  }

  /** To be called when a message is about to go out. */
  noteStart(): void {
    this.#bytesReadBefore = this.#socket?.bytesRead ?? 0;
  }

  /** To be called when an answer has come in whole. */
  noteAnswer(): void {
    this.#answers += 1;
  }

  /**
   * True when the connection had served before and not one byte has come since the message went
   * out: the other side most likely hung up an idle line just as we took it.
   */
  get wasStale(): boolean {
    return this.#answers > 0 && this.#socket?.bytesRead === this.#bytesReadBefore;
  }

  async close(): Promise<void> {
    await this.#client.destroy();
  }
}
