import { setTimeout as pause } from 'node:timers/promises';

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
  /** Answers only the first so many questions of the drill and holds the others; null answers all. */
  readonly answerUpTo?: number | null;
  /** The share of questions that get a quick technical error, at random. */
  readonly failureRate?: number;
}

/** Its answers about single documents. */
export interface Verdicts {
  readonly found?: readonly string[];
  readonly notFound?: readonly string[];
  readonly answers?: Readonly<Record<string, string>>;
}

/** A question that never arrives is a drill that hangs: then this ends it. */
const WAIT_AT_MOST_MS = 120_000;
const BEYOND_ALL = 1_000_000_000;

/** The register's own side of a drill: steers the sandbox and reads what it was asked, over HTTP. */
export class Register {
  constructor(readonly url: string) {}

  /** Knows nothing of what was, and is well. */
  async forget(latencyMs: number): Promise<void> {
    await this.behave({ mode: 'normal', hold: false, answerUpTo: null, failureRate: 0, latencyMs });
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

  /** Resolves once so many questions have arrived since it forgot the last drill. */
  async reached(count: number): Promise<void> {
    await this.send('GET', `requests?since=${BEYOND_ALL}&wait=${count}`);
  }

  async behave(behaviour: Behaviour): Promise<void> {
    await this.send('POST', 'control', behaviour);
  }

  /** Answers the next so many questions and holds the answers to all later ones. */
  async answerMore(questions: number): Promise<void> {
    await this.behave({ answerUpTo: (await this.asked()).length + questions });
  }

  async configure(verdicts: Verdicts): Promise<void> {
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

/** So many questions beyond a point are answered before its fault: on a quiet machine the run does not stop for it. */
const MARGIN = 40;

/** An end takes a second on a free machine. */
const LOOKS_AGAIN_MS = 2_000;

/**
 * Keeps a run going until its faults have happened, however busy the machine is. Each fault has a point of the run, as
 * a number of questions; a little after it the register holds its answers back until the drill lets the run go on.
 */
export class RunPace {
  private next = 0;

  private constructor(
    private readonly register: Register,
    private readonly points: readonly number[],
  ) {}

  /** To be called before the run starts. `points` are ascending. */
  static async set(register: Register, points: readonly number[]): Promise<RunPace> {
    const pace = new RunPace(register, points);
    await pace.limit();
    return pace;
  }

  /** Resolves when the run has reached the next point. */
  async reached(): Promise<void> {
    await this.register.reached(this.points[this.next] ?? 0);
  }

  /** No more faults: the run goes on to its end. */
  async end(): Promise<void> {
    this.next = this.points.length;
    await this.limit();
  }

  /** The run goes on to the point after this one; after the last point it goes on to its end. */
  async goOn(): Promise<void> {
    this.next += 1;
    await this.limit();
  }

  /** Every question so far is answered, also those beyond the limit. */
  async answerAsked(): Promise<void> {
    await this.limit((await this.register.asked()).length);
  }

  /**
   * A worker that ends waits for its calls, and one of them may arrive after the last look at what was asked. So the
   * questions are answered again and again until it has ended, but not faster: the others would finish the run meanwhile.
   */
  async answerUntil(ended: Promise<void>): Promise<void> {
    const isOver = ended.then(() => true);
    do await this.answerAsked();
    while (!(await Promise.race([isOver, pause(LOOKS_AGAIN_MS, false)])));
  }

  private async limit(least = 0): Promise<void> {
    const point = this.points[this.next];
    const answerUpTo = point === undefined ? null : Math.max(point + MARGIN, least);
    await this.register.behave({ answerUpTo });
  }
}

/** So many points at equal distances, the last one at `until` questions. */
export function evenPoints(count: number, until: number): number[] {
  return Array.from({ length: count }, (_, n) => Math.round(((n + 1) * until) / count));
}
