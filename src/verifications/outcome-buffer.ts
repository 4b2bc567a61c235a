import { setTimeout as wait } from 'node:timers/promises';
import { isHeldByOthers, isPermanent } from '../database/failure';

/** A group is written when its first outcome is this old: ten writes a second, unless groups fill up before. */
const GROUP_AGE_MS = 100;
/** A full group is written at once; a larger one would hold its rows for long. */
const FULL_GROUP = 500;
/** The database is away or busy: the same group is tried again after this, with jitter. */
const TRY_AGAIN_MS = 500;

export interface BufferPorts<Outcome> {
  /** Writes a group in one transaction, wholly or not at all. */
  readonly write: (group: readonly Outcome[]) => Promise<void>;
  /** What to write instead for one outcome that cannot be written. */
  readonly instead: (outcome: Outcome) => Outcome | undefined;
  /** The outcome is settled: written, or given up. */
  readonly settled: (group: readonly Outcome[]) => void;
  readonly failed: (error: unknown) => void;
  /** Once aborted, nothing is tried again: whoever is still held is rescued when the lease has passed. */
  readonly abort: AbortSignal;
}

/** Gathers outcomes into groups and writes one group after the other. */
export class OutcomeBuffer<Outcome> {
  private pending: Outcome[] = [];
  /** Runs from the first that is pending; without it, what is pending is due. */
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> | undefined;
  /** Those whose rows a foreign transaction holds: in a group of others they would hold that up, again and again. */
  private readonly held: Outcome[] = [];
  private waiting: Promise<void> | undefined;

  constructor(private readonly ports: BufferPorts<Outcome>) {}

  push(outcome: Outcome): void {
    this.pending.push(outcome);
    if (this.pending.length >= FULL_GROUP) this.flush();
    else if (this.pending.length === 1) this.timer = setTimeout(() => this.flush(), GROUP_AGE_MS);
  }

  /** Writes everything that was pushed so far. */
  async drain(): Promise<void> {
    this.flush();
    while (this.writing !== undefined || this.waiting !== undefined)
      await Promise.all([this.writing, this.waiting]);
  }

  /** What comes while a group is being written waits for its own time: at once, it would make a group of a few. */
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
        await this.ports.write(group);
        this.ports.settled(group);
        return;
      } catch (error) {
        this.ports.failed(error);
        if (isPermanent(error)) return this.isolate(group);
        if (this.ports.abort.aborted) return this.ports.settled(group);
        if (isHeldByOthers(error)) return this.goAround(group);
        await this.pause();
      }
    }
  }

  private async pause(): Promise<void> {
    const ms = TRY_AGAIN_MS * (0.5 + Math.random());
    await wait(ms, undefined, { signal: this.ports.abort }).catch(() => undefined);
  }

  /**
   * A foreign transaction holds somebody's row: the others do not wait for him, he is tried beside them. Who it is shows
   * when each is written alone: a row that is free takes milliseconds, and half a group waits as long as a whole one.
   */
  private async goAround(group: readonly Outcome[]): Promise<void> {
    if (group.length === 1) {
      this.held.push(...group);
      this.wait();
    } else for (const one of group) await this.write([one]);
  }

  private wait(): void {
    this.waiting ??= this.writeHeld().finally(() => {
      this.waiting = undefined;
      if (this.held.length > 0) this.wait();
    });
  }

  /** One at a time: each may take one more connection for as long as a row is waited for. */
  private async writeHeld(): Promise<void> {
    for (let one = this.held.shift(); one !== undefined; one = this.held.shift()) {
      await this.pause();
      await this.write([one]);
    }
  }

  private async halve(group: readonly Outcome[]): Promise<void> {
    const middle = Math.ceil(group.length / 2);
    await this.write(group.slice(0, middle));
    await this.write(group.slice(middle));
  }

  /** One outcome spoils its group: halve until it stands alone, so that the others are written. */
  private async isolate(group: readonly Outcome[]): Promise<void> {
    const [only] = group;
    if (group.length > 1) return this.halve(group);
    const instead = only === undefined ? undefined : this.ports.instead(only);
    if (instead === undefined) this.ports.settled(group);
    else await this.write([instead]);
  }
}
