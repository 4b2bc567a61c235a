import { readFileSync } from 'node:fs';
import { buildConnector } from 'undici';
import { HttpExchange, type ExchangeEnd, type ExchangeTerms } from './http-exchange';
import { ServerLine } from './server-line';
import type { TlsFiles, TrembitaSettings } from './trembita-settings';

/** A message ready to go. */
export interface Message {
  /** Names and values in turn. */
  readonly headers: string[];
  readonly body: string;
}

/**
 * Posts messages to the local security server over connections that are kept. There are as many
 * as messages under way, so the gate's limit is theirs too; nothing waits in here.
 */
export class SecurityServerClient {
  readonly #origin: string;
  readonly #path: string;
  readonly #connect: buildConnector.connector;
  readonly #lines: ServerLine[] = [];
  /** The line used last is used next: the others grow cold and are closed. */
  readonly #idle: ServerLine[] = [];

  constructor({ url, tls, connectTimeoutMs }: Pick<TrembitaSettings, 'url' | 'tls' | 'connectTimeoutMs'>) {
    const { origin, pathname, search } = new URL(url);
    this.#origin = origin;
    this.#path = pathname + search;
    this.#connect = buildConnector({ timeout: connectTimeoutMs, allowH2: false, ...readTls(tls) });
  }

  /** Sends one message and waits for the end of the exchange. Redirects are not followed. */
  post({ headers, body }: Message, terms: ExchangeTerms): Promise<ExchangeEnd> {
    const line = this.#idle.pop() ?? this.#open();
    return new Promise((resolve, reject) => {
      const exchange = new HttpExchange(line, terms, {
        resolve,
        reject,
        release: () => this.#idle.push(line),
      });
      line.dispatch({ method: 'POST', path: this.#path, headers, body }, exchange);
    });
  }

  /** Closes all connections; what is under way ends as a broken connection. */
  async close(): Promise<void> {
    await Promise.all(this.#lines.map((line) => line.close()));
  }

  #open(): ServerLine {
    const line = new ServerLine(this.#origin, this.#connect);
    this.#lines.push(line);
    return line;
  }
}

/** Read once, at start: a certificate that is missing should be noticed before the first person. */
function readTls(files: TlsFiles): { ca?: Buffer; cert?: Buffer; key?: Buffer } {
  return {
    ...(files.ca === undefined ? {} : { ca: readFileSync(files.ca) }),
    ...(files.cert === undefined ? {} : { cert: readFileSync(files.cert) }),
    ...(files.key === undefined ? {} : { key: readFileSync(files.key) }),
  };
}
