import type { Log, Metrics } from '../observability';
import { type MediaStore, troubleOf } from './media-store';
import type { GivenUp, MediaUploadRepository } from './media-upload.repository';
import { until } from './until';

/** What the sweeper works with. */
export interface SweepPorts {
  readonly store: MediaStore;
  readonly uploads: MediaUploadRepository;
  readonly log: Log;
  readonly metrics: Metrics;
}

/** The times a sweep goes by. */
export interface SweepTimes {
  /** How old an upload is when it is taken for an orphan, by the clock of the database. */
  readonly olderThanSeconds: number;
  /** For one removal. */
  readonly timeoutMs: number;
}

/** A store that failed so often in a row is away; the next sweep asks it again. */
const FAILURES_IN_A_ROW = 5;

/**
 * Removes objects whose registration did not commit. Each is first given up, in a statement that passes over what a
 * registration holds and after which none can keep it, and only then removed: no connection is held while the store is
 * asked, and any number of sweepers do no harm to each other.
 */
export class SweepOrphans {
  private readonly stopped = new AbortController();

  constructor(
    private readonly ports: SweepPorts,
    private readonly times: SweepTimes,
  ) {}

  /** Gives how many objects were removed. */
  async run(): Promise<number> {
    const begunAt = await this.ports.uploads.now();
    let [removed, failures] = [0, 0];
    while (failures < FAILURES_IN_A_ROW && !this.stopped.signal.aborted) {
      const { olderThanSeconds } = this.times;
      const orphan = await this.ports.uploads.giveUpOld({ begunAt, olderThanSeconds });
      if (orphan === undefined) break;
      if (await this.remove(orphan)) [removed, failures] = [removed + 1, 0];
      else failures += 1;
    }
    if (removed > 0) this.ports.log.info('removed objects of failed registrations', { counts: { removed } });
    return removed;
  }

  /** Breaks off the removal under way: its row stays, and another sweeper comes by. */
  stop(): void {
    this.stopped.abort();
  }

  private async remove(orphan: GivenUp): Promise<boolean> {
    const { store, uploads, log, metrics } = this.ports;
    const deadline = AbortSignal.any([AbortSignal.timeout(this.times.timeoutMs), this.stopped.signal]);
    try {
      await until(store.remove(orphan, deadline), deadline);
    } catch (error) {
      if (!this.stopped.signal.aborted) log.error('orphan not removed', error, { why: troubleOf(error) });
      return false;
    }
    await uploads.forget(orphan.id);
    metrics.mediaOrphansRemoved.inc();
    return true;
  }
}
