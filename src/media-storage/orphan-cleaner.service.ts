import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Log, Metrics } from '../observability';
import { MEDIA_STORE, type MediaStore, troubleOf, untilAborted } from './media-store';
import { type OrphanedUpload, UploadLogRepository } from './upload-log.repository';

type CleanUpSettings = Pick<Settings, 'MEDIA_ORPHAN_MINUTES' | 'MEDIA_STORAGE_TIMEOUT_MS'>;

/** Often enough to find an orphan of an hour within the minute. */
const LONGEST_PAUSE_SECONDS = 60;

/** With a short lifetime of orphans, as in a trial, there are at least so many clean-ups in it. */
const CLEAN_UPS_IN_A_LIFETIME = 4;

/** After so many failures in a row the store is taken for unreachable; the next clean-up tries again. */
const FAILURES_IN_A_ROW = 5;

/** When clean-ups happen, and how old an upload must be for them. */
export interface CleanUpPace {
  readonly pauseSeconds: number;
  /** By the clock of the database. */
  readonly olderThanSeconds: number;
}

/**
 * An orphan must be gone when it is MEDIA_ORPHAN_MINUTES old, so it is removed one pause earlier. But never before an
 * upload that is still being sent could be done: what is removed before it arrives is not removed.
 */
export function cleanUpPaceOf(settings: CleanUpSettings): CleanUpPace {
  const lifetimeSeconds = settings.MEDIA_ORPHAN_MINUTES * 60;
  const pauseSeconds = Math.min(LONGEST_PAUSE_SECONDS, lifetimeSeconds / CLEAN_UPS_IN_A_LIFETIME);
  // Twice the deadline: once for sending, once for the registration after it.
  const longestUploadSeconds = (2 * settings.MEDIA_STORAGE_TIMEOUT_MS) / 1000;
  return { pauseSeconds, olderThanSeconds: Math.max(lifetimeSeconds - pauseSeconds, longestUploadSeconds) };
}

/**
 * Removes objects whose registration did not commit, again and again while the worker runs, one clean-up at a time. Each
 * upload is first marked as orphaned, in a statement that skips rows held by a registration and after which none can keep
 * it, and only then removed: no connection is held while the store works. Any number of processes may do it at once, and
 * a clean-up that fails is made up for by the next one.
 */
@Injectable()
export class OrphanCleaner implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly pace: CleanUpPace;
  private readonly stopped = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    @Inject(MEDIA_STORE) private readonly store: MediaStore,
    private readonly uploadLog: UploadLogRepository,
    private readonly log: Log,
    private readonly metrics: Metrics,
    @Inject(SETTINGS) private readonly settings: CleanUpSettings,
  ) {
    this.pace = cleanUpPaceOf(settings);
  }

  /** A random part of the first pause, so that processes started together do not all clean up at once. */
  onApplicationBootstrap(): void {
    this.scheduleNext(Math.random());
  }

  /** Interrupts the removal under way: its record stays, and another clean-up removes it. */
  async beforeApplicationShutdown(): Promise<void> {
    this.stopped.abort();
    clearTimeout(this.timer);
    await this.underWay;
  }

  /** One clean-up; resolves with the number of removed objects. */
  async removeOrphans(): Promise<number> {
    const startedAt = await this.uploadLog.now();
    const { olderThanSeconds } = this.pace;
    let [removed, failures] = [0, 0];
    while (failures < FAILURES_IN_A_ROW && !this.stopped.signal.aborted) {
      const orphan = await this.uploadLog.markOldOrphan({ startedAt, olderThanSeconds });
      if (orphan === undefined) break;
      const end = await this.removeOrphan(orphan);
      failures = end === 'failed' ? failures + 1 : 0;
      if (end === 'removed') removed += 1;
    }
    if (removed > 0) this.log.info('removed objects of failed registrations', { counts: { removed } });
    return removed;
  }

  /** `gone` when another clean-up, which removed the same object at the same time, has counted it. */
  private async removeOrphan(orphan: OrphanedUpload): Promise<'removed' | 'gone' | 'failed'> {
    const timeout = AbortSignal.timeout(this.settings.MEDIA_STORAGE_TIMEOUT_MS);
    const deadline = AbortSignal.any([timeout, this.stopped.signal]);
    try {
      await untilAborted(this.store.remove(orphan, deadline), deadline);
    } catch (error) {
      if (!this.stopped.signal.aborted)
        this.log.error('orphan not removed', error, { why: troubleOf(error) });
      return 'failed';
    }
    if (!(await this.uploadLog.delete(orphan.id))) return 'gone';
    this.metrics.mediaOrphansRemoved.inc();
    return 'removed';
  }

  private scheduleNext(share = 1): void {
    if (this.stopped.signal.aborted) return;
    const cleanUp = (): void => {
      this.underWay = this.removeOrphansAndScheduleNext();
    };
    this.timer = setTimeout(cleanUp, share * this.pace.pauseSeconds * 1000);
    this.timer.unref();
  }

  private async removeOrphansAndScheduleNext(): Promise<void> {
    try {
      await this.removeOrphans();
    } catch (error) {
      this.log.error('orphan clean-up failed', error);
    }
    this.scheduleNext();
  }
}
