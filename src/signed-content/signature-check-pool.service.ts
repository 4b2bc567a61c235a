import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Tinypool } from 'tinypool';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Refusal } from '../domain/refusal';
import { Log } from '../observability';
import { BudgetByAddress, TurnsByAddress, type Waiter } from './address-shares';
import type { StatusTask } from './revocation-evidence';
import { TrustedAuthorities, type Trust } from './trusted-authorities';

/** A check needs some tens of megabytes; a document that needs more is not a real one. */
const MEMORY_MB = 256;

/** One core is left for answering requests. */
const spareCores = (): number => Math.max(1, availableParallelism() - 1);

/**
 * The share of the time limit that a check may spend waiting; the rest is left for the check itself. Checks that started
 * without enough time left would be stopped together with their threads, the new threads would have to load the code, and
 * the more signatures arrived, the fewer would be checked.
 */
const WAITING_SHARE = 0.5;

/** Whose turn it is when a task was submitted without an address. */
const OURS = '';

type PoolSettings = Pick<
  Settings,
  'SIGNATURE_QUEUE_SIZE' | 'SIGNATURE_TIMEOUT_MS' | 'SIGNATURE_SECONDS_PER_MINUTE'
>;

/**
 * Threads that check signatures, one check at a time each. They start with the first check. A check is refused with
 * `signature_checks_busy` when the queue is full, when it waits too long, or when it takes too long; in the last case its
 * thread is terminated, because nothing else ends a computation, and a new one replaces it. The address that has
 * used least of this minute goes first, a full queue drops a check in favour of those with fewer, and an address that has
 * used its seconds is refused with `signature_budget_spent`.
 */
@Injectable()
export class SignatureCheckPool implements OnApplicationShutdown {
  /** A module of plain JavaScript whose default export receives a task and returns its result. */
  protected readonly threadFile: string = join(__dirname, 'signature-check.thread.js');
  protected readonly threadCount: number = spareCores();
  protected readonly memoryMb: number = MEMORY_MB;

  private pool: Tinypool | undefined;
  private loaded: Promise<unknown> | undefined;
  private inside = 0;
  private working = 0;
  private readonly waiting = new TurnsByAddress();
  private readonly budget: BudgetByAddress;
  private isClosed = false;

  constructor(
    @Inject(SETTINGS) private readonly settings: PoolSettings,
    private readonly authorities: TrustedAuthorities,
    private readonly log: Log,
  ) {
    this.budget = new BudgetByAddress(settings.SIGNATURE_SECONDS_PER_MINUTE);
  }

  /** How many checks are running or waiting. */
  get size(): number {
    return this.inside;
  }

  /**
   * Resolves with what the thread returned for the container, or for answers about the status of a certificate. What is
   * submitted without an address of its own has no budget.
   */
  async submit(task: Uint8Array | StatusTask, from?: string): Promise<unknown> {
    this.refuseIfSpent(from);
    const isFull = this.inside >= this.threadCount + this.settings.SIGNATURE_QUEUE_SIZE;
    if (this.isClosed || (isFull && !this.waiting.makeRoomFor(from ?? OURS))) throw this.busy();
    this.inside += 1;
    try {
      return await this.checkInTurn(task, from);
    } finally {
      this.inside -= 1;
    }
  }

  async onApplicationShutdown(): Promise<void> {
    this.isClosed = true;
    const { pool } = this;
    this.pool = undefined;
    this.loaded = undefined;
    await pool?.destroy();
  }

  /** Given to every thread when it starts. */
  protected threadData(): unknown {
    const { certificates, mustBeQualified } = this.authorities;
    return { certificates, mustBeQualified } satisfies Trust;
  }

  private async checkInTurn(task: Uint8Array | StatusTask, from: string | undefined): Promise<unknown> {
    const waitedMs = await this.turn(from ?? OURS);
    try {
      // Checks before this one may have used what was left.
      this.refuseIfSpent(from);
      return await this.checkAtCostOf(from, task, waitedMs);
    } finally {
      this.endTurn();
    }
  }

  private refuseIfSpent(from: string | undefined): void {
    if (from !== undefined) this.budget.refuseIfSpent(from);
  }

  private async checkAtCostOf(
    from: string | undefined,
    task: Uint8Array | StatusTask,
    waitedMs: number,
  ): Promise<unknown> {
    // The first check starts the threads; and the one before may have been terminated, then a new one loads the code now.
    const pool = await this.loadedPool();
    const startedAt = performance.now();
    try {
      return await this.checkWithin(this.settings.SIGNATURE_TIMEOUT_MS - waitedMs, pool, task);
    } finally {
      if (from !== undefined) this.budget.charge(from, performance.now() - startedAt);
    }
  }

  /** Loading the code is not part of a check: a cold machine must not refuse its first signatures. */
  private async loadedPool(): Promise<Tinypool> {
    if (this.isClosed) throw this.busy();
    const pool = (this.pool ??= this.start());
    this.loaded ??= pool.run(undefined).catch((error: unknown) => {
      this.loaded = undefined;
      throw error;
    });
    await this.loaded;
    return pool;
  }

  /**
   * Resolves with the milliseconds it took until a thread was free. A check that arrives while the code is loaded has its
   * place in the queue at once, so that it can give way to others, and its time begins afterwards.
   */
  private async turn(from: string): Promise<number> {
    if (this.working < this.threadCount) {
      this.working += 1;
      return 0;
    }
    let since = performance.now();
    const over = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const waiter: Waiter = { begin: resolve, giveWay: () => reject(this.busy()) };
        this.waiting.add(from, waiter);
        const giveUp = async (): Promise<void> => {
          await this.loadedPool().catch(() => undefined);
          since = performance.now();
          const limitMs = this.settings.SIGNATURE_TIMEOUT_MS * WAITING_SHARE;
          await wait(limitMs, undefined, { signal: over.signal });
          this.waiting.remove(from, waiter);
          waiter.giveWay();
        };
        giveUp().catch(() => undefined);
      });
    } finally {
      over.abort();
    }
    return performance.now() - since;
  }

  /** The thread passes directly to the next waiting check, so that a new one cannot overtake those that wait. */
  private endTurn(): void {
    const next = this.waiting.next((address) => this.budget.usedSteps(address));
    if (next === undefined) this.working -= 1;
    else next.begin();
  }

  private async checkWithin(
    limitMs: number,
    pool: Tinypool,
    task: Uint8Array | StatusTask,
  ): Promise<unknown> {
    const deadline = new AbortController();
    const timer = setTimeout(() => deadline.abort(), limitMs);
    // A copy: a small buffer shares its memory with others, and transferring it would move all of them.
    const sent = task instanceof Uint8Array ? new Uint8Array(task) : task;
    const transferList = sent instanceof Uint8Array ? [sent.buffer] : [];
    try {
      return await pool.run(sent, { signal: deadline.signal, transferList });
    } catch (error) {
      throw this.refusalFor(error, deadline.signal.aborted);
    } finally {
      clearTimeout(timer);
    }
  }

  private start(): Tinypool {
    const pool = new Tinypool({
      filename: this.threadFile,
      minThreads: this.threadCount,
      maxThreads: this.threadCount,
      workerData: this.threadData(),
      resourceLimits: { maxOldGenerationSizeMb: this.memoryMb },
      // A thread needs no settings, so it gets none.
      env: {},
      execArgv: [],
    });
    // The caller receives the error as well; without a listener it would end the process.
    pool.on('error', () => undefined);
    return pool;
  }

  private refusalFor(error: unknown, isLate: boolean): unknown {
    if (isLate) {
      this.threadTerminated('deadline');
      return this.busy();
    }
    if ((error as NodeJS.ErrnoException | null)?.code === 'ERR_WORKER_OUT_OF_MEMORY') {
      this.threadTerminated('memory');
      return new Refusal('signature_container_malformed');
    }
    return error;
  }

  private threadTerminated(why: 'deadline' | 'memory'): void {
    // The thread that replaces it has to load the code again.
    this.loaded = undefined;
    this.log.warn('signature check aborted, its thread was terminated', { why });
  }

  private busy(): Refusal {
    return new Refusal('signature_checks_busy', {
      retryAfterSeconds: Math.ceil(this.settings.SIGNATURE_TIMEOUT_MS / 1000),
    });
  }
}
