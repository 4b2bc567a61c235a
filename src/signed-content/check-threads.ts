import { availableParallelism } from 'node:os';
import { Tinypool } from 'tinypool';
import { Refusal } from '../domain/refusal';

/** What the threads are and how much may be asked of them. */
export interface ThreadChoices {
  /** A module whose one export takes a task and answers it. */
  readonly file: string;
  /** Handed to every thread when it starts. */
  readonly data: unknown;
  readonly queueSize: number;
  readonly timeoutMs: number;
  readonly threads?: number;
  readonly memoryMb?: number;
  /** Told when a thread was stopped with a check in it. */
  readonly stopped: (why: 'deadline' | 'memory') => void;
}

/** A check needs some tens of megabytes; what needs more is not a document somebody signed. */
const MEMORY_MB = 256;

/** One core is left for answering requests. */
const spareCores = (): number => Math.max(1, availableParallelism() - 1);

/**
 * The share of the time limit that is for waiting; the rest is left for the check itself. Checks that began when there
 * was no time left would be stopped with their threads, new threads have to load the code, and the more signatures
 * came, the fewer would be checked.
 */
const WAITING_SHARE = 0.5;

/**
 * Threads that check signatures, one at a time each. They start with the first check. What is beyond the queue, what
 * waits too long and what takes too long is asked to come again; a thread that is late is stopped for good, because
 * nothing else ends a computation, and a new one takes its place.
 */
export class CheckThreads {
  private pool: Tinypool | undefined;
  private loaded: Promise<unknown> | undefined;
  private inside = 0;
  private working = 0;
  /** Who waits for a thread, in the order in which they came; each is told when it is his turn. */
  private readonly waiting = new Set<() => void>();
  private isClosed = false;
  private readonly threads: number;

  constructor(private readonly choices: ThreadChoices) {
    this.threads = choices.threads ?? spareCores();
  }

  /** How many checks are being made or are waiting. */
  get size(): number {
    return this.inside;
  }

  async run(task: Uint8Array): Promise<unknown> {
    if (this.isClosed || this.inside >= this.threads + this.choices.queueSize) throw this.busy();
    this.inside += 1;
    try {
      return await this.check(task);
    } finally {
      this.inside -= 1;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    const { pool } = this;
    this.pool = undefined;
    this.loaded = undefined;
    await pool?.destroy();
  }

  private async check(task: Uint8Array): Promise<unknown> {
    await this.code();
    const waitedMs = await this.turn();
    try {
      return await this.checkWithin(this.choices.timeoutMs - waitedMs, task);
    } finally {
      this.endTurn();
    }
  }

  /** Loading the code is not part of a check: a cold machine must not refuse its first signatures. */
  private async code(): Promise<Tinypool> {
    if (this.isClosed) throw this.busy();
    const pool = (this.pool ??= this.start());
    this.loaded ??= pool.run(undefined).catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    await this.loaded;
    return pool;
  }

  /** Resolves with the milliseconds it took until a thread was free. */
  private async turn(): Promise<number> {
    if (this.working < this.threads) {
      this.working += 1;
      return 0;
    }
    const startedAt = performance.now();
    await new Promise<void>((resolve, reject) => {
      const begin = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const giveUp = (): void => {
        this.waiting.delete(begin);
        reject(this.busy());
      };
      const timer = setTimeout(giveUp, this.choices.timeoutMs * WAITING_SHARE);
      this.waiting.add(begin);
    });
    return performance.now() - startedAt;
  }

  /** The thread goes from hand to hand, so that nobody who comes just now overtakes those who wait. */
  private endTurn(): void {
    const [next] = this.waiting;
    if (next === undefined) {
      this.working -= 1;
      return;
    }
    this.waiting.delete(next);
    next();
  }

  private async checkWithin(limitMs: number, task: Uint8Array): Promise<unknown> {
    // The thread before may have been stopped: then another one loads the code now.
    const pool = await this.code();
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limitMs);
    // A copy of its own: the bytes of a small buffer lie among those of others, and all of them would go along.
    const copy = new Uint8Array(task);
    try {
      return await pool.run(copy, { signal: deadline.signal, transferList: [copy.buffer] });
    } catch (error) {
      throw this.refusalFor(error, deadline.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  private start(): Tinypool {
    const pool = new Tinypool({
      filename: this.choices.file,
      minThreads: this.threads,
      maxThreads: this.threads,
      workerData: this.choices.data,
      resourceLimits: { maxOldGenerationSizeMb: this.choices.memoryMb ?? MEMORY_MB },
      // A thread needs no settings, and so has none.
      env: {},
      execArgv: [],
    });
    // Whoever asked hears of it as well; without a listener it would end the program.
    pool.on('error', () => undefined);
    return pool;
  }

  private refusalFor(error: unknown, isLate: boolean): unknown {
    if (isLate) {
      // The thread that takes its place has to load the code again.
      this.loaded = undefined;
      this.choices.stopped('deadline');
      return this.busy();
    }
    if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      this.loaded = undefined;
      this.choices.stopped('memory');
      return new Refusal('signature_container_malformed');
    }
    return error;
  }

  private busy(): Refusal {
    return new Refusal('signature_checks_busy', {
      retryAfterSeconds: Math.ceil(this.choices.timeoutMs / 1000),
    });
  }
}
