import { setTimeout as pause } from 'node:timers/promises';
import type { Books } from './books';
import { brokenInvariants } from './invariants';

/** Often enough to catch what lasts, seldom enough to leave the machine to the drill. */
const LOOK_EVERY_MS = 700;

/** Looks at the invariants all the time while a drill goes on. */
export class WatchInvariants {
  private readonly seen = new Map<string, number>();
  private readonly over = new AbortController();
  private watching: Promise<void> | undefined;

  constructor(
    private readonly books: Books,
    private readonly startedAt: string,
  ) {}

  start(): void {
    this.watching ??= this.watch();
  }

  /** Looks a last time; gives every invariant that did not hold at some moment. */
  async stop(): Promise<readonly string[]> {
    this.over.abort();
    await this.watching;
    this.watching = undefined;
    return [...this.seen].map(([sentence, count]) => `${sentence}; broken by up to ${count} at once`);
  }

  private async watch(): Promise<void> {
    while (!this.over.signal.aborted) {
      await this.look();
      await pause(LOOK_EVERY_MS, undefined, { signal: this.over.signal }).catch(() => undefined);
    }
    await this.look();
  }

  private async look(): Promise<void> {
    for (const [sentence, count] of await brokenInvariants(this.books, this.startedAt)) {
      this.seen.set(sentence, Math.max(count, this.seen.get(sentence) ?? 0));
    }
  }
}
