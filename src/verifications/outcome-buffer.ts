import { setTimeout as wait } from 'node:timers/promises';
import { isLockTimeout, isPermanent } from '../database/sql-errors';

/** A group is written when its first outcome is this old: ten writes a second, unless groups fill up earlier. */
const GROUP_AGE_MS = 100;
/** A full group is written at once; a larger one would lock its rows for too long. */
const FULL_GROUP = 500;
/** Pause before the same group is tried again, with jitter: the database is away or busy. */
const TRY_AGAIN_MS = 500;

export interface BufferCallbacks<Outcome> {
  /** Writes a group in one transaction. */
  readonly write: (group: readonly Outcome[]) => Promise<void>;
  /** The substitute for an outcome that cannot be written. */
  readonly instead: (outcome: Outcome) => Outcome | undefined;
  /** The outcomes are written or given up. */
  readonly settled: (group: readonly Outcome[]) => void;
  readonly failed: (error: unknown) => void;
  /** After it nothing is tried again: persons still claimed are reclaimed when the lease expires. */
  readonly abort: AbortSignal;
}

/** Gathers outcomes into groups and writes one group after the other. */
export class OutcomeBuffer<Outcome> {
  private pending: Outcome[] = [];
  /** Runs from the first pending outcome; without it, the pending outcomes are due. */
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  /** Outcomes whose rows another program locks: in a group they would delay the others, again and again. */
  private readonly blocked: Outcome[] = [];
  private waiting: Promise<void> | undefined;

  constructor(private readonly callbacks: BufferCallbacks<Outcome>) {}

  push(outcome: Outcome): void {
    this.pending.push(outcome);
    if (this.pending.length >= FULL_GROUP) this.flush();
    else if (this.pending.length === 1) this.timer = setTimeout(() => this.flush(), GROUP_AGE_MS);
  }

  /** Writes everything pushed so far. */
  async drain(): Promise<void> {
    this.flush();
    while (this.writing !== undefined || this.waiting !== undefined)
      await Promise.all([this.writing, this.waiting]);
  }

  /** Outcomes that arrive during a write wait their own time: written at once, they would be a small group. */
  private flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    if (this.writing !== undefined || this.pending.length === 0) return;
    this.writing = this.write(this.pending.splice(0, FULL_GROUP)).finally(() => {
      this.writing = undefined;
      if (this.timer === undefined) this.flush();
    });
  }

  private async write(group: readonly Outcome[]): Promise<void> {
    for (;;) {
      try {
        await this.callbacks.write(group);
        this.callbacks.settled(group);
        return;
      } catch (error) {
        this.callbacks.failed(error);
        if (isPermanent(error)) return this.isolate(group);
        if (this.callbacks.abort.aborted) return this.callbacks.settled(group);
        if (isLockTimeout(error)) return this.goAround(group);
        await this.pause();
      }
    }
  }

  private async pause(): Promise<void> {
    const ms = TRY_AGAIN_MS * (0.5 + Math.random());
    await wait(ms, undefined, { signal: this.callbacks.abort }).catch(() => undefined);
  }

  /**
   * Another program locks somebody's row. The others must not wait for it, so that outcome is tried separately. Writing
   * each outcome alone finds it: a free row takes milliseconds, while half a group would wait as long as a whole one.
   */
  private async goAround(group: readonly Outcome[]): Promise<void> {
    if (group.length === 1) {
      this.blocked.push(...group);
      this.wait();
    } else for (const one of group) await this.write([one]);
  }

  private wait(): void {
    this.waiting ??= this.writeBlocked().finally(() => {
      this.waiting = undefined;
      if (this.blocked.length > 0) this.wait();
    });
  }

  /** One at a time: each occupies a connection while it waits for its row. */
  private async writeBlocked(): Promise<void> {
    for (let one = this.blocked.shift(); one !== undefined; one = this.blocked.shift()) {
      await this.pause();
      await this.write([one]);
    }
  }

  private async halve(group: readonly Outcome[]): Promise<void> {
    const middle = Math.ceil(group.length / 2);
    await this.write(group.slice(0, middle));
    await this.write(group.slice(middle));
  }

  /** One outcome of the group cannot be written: halve the group until it is alone, so that the others are written. */
  private async isolate(group: readonly Outcome[]): Promise<void> {
    const [only] = group;
    if (group.length > 1) return this.halve(group);
    const instead = only === undefined ? undefined : this.callbacks.instead(only);
    if (instead === undefined) this.callbacks.settled(group);
    else await this.write([instead]);
  }
}
