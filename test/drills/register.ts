/** One question as the sandbox wrote it down. */
export interface Asked {
  readonly sequence: number;
  readonly atMs: number;
  readonly messageId: string;
  readonly key: string;
  readonly ended: 'open' | 'answered' | 'closed';
}

/** What the sandbox is to do from now on. */
export interface Behaviour {
  readonly mode?: string;
  readonly latencyMs?: number;
  readonly hold?: boolean;
  /** The share of questions that get a quick technical error, at random. */
  readonly failureRate?: number;
}

/** What it is to say about single documents. */
export interface Verdicts {
  readonly found?: readonly string[];
  readonly notFound?: readonly string[];
  readonly answers?: Readonly<Record<string, string>>;
}

/** A question that never comes is a drill that hangs: then this ends it. */
const WAIT_AT_MOST_MS = 120_000;
const BEYOND_ALL = 1_000_000_000;

/** The register's own side of a drill: steers the sandbox and reads what it was asked, over HTTP. */
export class Register {
  constructor(readonly url: string) {}

  /** Knows nothing of what was, and is well. */
  async forget(latencyMs: number): Promise<void> {
    await this.behave({ mode: 'normal', hold: false, failureRate: 0, latencyMs });
    await this.send('DELETE', 'register');
    await this.send('DELETE', 'requests');
  }

  async asked(since = 0): Promise<Asked[]> {
    const text = await this.send('GET', `requests?since=${since}`);
    return text
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Asked);
  }

  /** Number of the last question so far. */
  async count(): Promise<number> {
    return (await this.asked()).at(-1)?.sequence ?? 0;
  }

  /** Resolves once so many questions have come since it forgot the last drill. */
  async reached(count: number): Promise<void> {
    await this.send('GET', `requests?since=${BEYOND_ALL}&wait=${count}`);
  }

  async behave(behaviour: Behaviour): Promise<void> {
    await this.send('POST', 'control', behaviour);
  }

  async say(verdicts: Verdicts): Promise<void> {
    await this.send('PUT', 'register', verdicts);
  }

  private async send(method: string, path: string, body?: object): Promise<string> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      signal: AbortSignal.timeout(WAIT_AT_MOST_MS),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`The sandbox refused ${method} /${path}: ${text}`);
    return text;
  }
}
