import { readFileSync } from 'node:fs';
import { buildConnector } from 'undici';
import { ConfigurationFault, type Fault } from '../config/configuration-fault';
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
  const faults: Fault[] = [];
  const read = <Part extends 'ca' | 'cert' | 'key'>(part: Part, path: string | undefined) => {
    try {
      return path === undefined ? {} : { [part]: readFileSync(path) };
    } catch {
      const says = `must name a PEM file that can be read, for example /etc/trembita/${FILE_EXAMPLES[part]}`;
      faults.push({ name: `TREMBITA_TLS_${part.toUpperCase()}`, says });
      return {};
    }
  };
  const parts = { ...read('ca', files.ca), ...read('cert', files.cert), ...read('key', files.key) };
  if (faults.length > 0) throw new ConfigurationFault(faults);
  return parts;
}

const FILE_EXAMPLES = { ca: 'ca.pem', cert: 'client.pem', key: 'client.key' } as const;
