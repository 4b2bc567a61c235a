import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Log, Metrics } from '../observability';
import type { MediaStore } from './media-store';
import { cleanUpPaceOf, OrphanCleaner } from './orphan-cleaner.service';
import type { UploadLogRepository } from './upload-log.repository';

const settings = (MEDIA_ORPHAN_MINUTES: number, MEDIA_STORAGE_TIMEOUT_MS: number) => ({
  MEDIA_ORPHAN_MINUTES,
  MEDIA_STORAGE_TIMEOUT_MS,
});

describe('The pace of the orphan clean-up', () => {
  it('removes an orphan one pause before the hour, so that it is gone within the hour', () => {
    expect(cleanUpPaceOf(settings(60, 10_000))).toEqual({ pauseSeconds: 60, olderThanSeconds: 59 * 60 });
  });

  it('is faster when orphans live for a minute only', () => {
    expect(cleanUpPaceOf(settings(1, 10_000))).toEqual({ pauseSeconds: 15, olderThanSeconds: 45 });
  });

  it('never removes what may still be under way, however short the setting', () => {
    expect(cleanUpPaceOf(settings(1, 3_600_000)).olderThanSeconds).toBe(7_200);
  });
});

const PAUSE_SECONDS = 60;

/** An orphan cleaner whose clean-ups end when the test says so. */
class HeldCleaner extends OrphanCleaner {
  started = 0;
  end: (error?: Error) => void = () => undefined;

  constructor() {
    const log = new Log({ LOG_LEVEL: 'silent' });
    super({} as MediaStore, {} as UploadLogRepository, log, new Metrics(), settings(60, 10_000));
  }

  get isStopped(): boolean {
    return this['stopped'].signal.aborted;
  }

  override removeOrphans(): Promise<number> {
    this.started += 1;
    return new Promise((resolve, reject) => {
      this.end = (error) => (error === undefined ? resolve(0) : reject(error));
    });
  }
}

describe('The schedule of the orphan clean-up', () => {
  let cleaner: HeldCleaner;
  beforeEach(() => {
    vi.useFakeTimers();
    cleaner = new HeldCleaner();
    cleaner.onApplicationBootstrap();
  });
  afterEach(() => vi.useRealTimers());

  const pass = (seconds: number) => vi.advanceTimersByTimeAsync(seconds * 1000);

  it('starts within the first pause, and the next clean-up starts a pause after the end of the last', async () => {
    await pass(PAUSE_SECONDS);
    expect(cleaner.started).toBe(1);
    await pass(10 * PAUSE_SECONDS);
    expect(cleaner.started).toBe(1);
    cleaner.end();
    await pass(PAUSE_SECONDS - 1);
    expect(cleaner.started).toBe(1);
    await pass(1);
    expect(cleaner.started).toBe(2);
  });

  it('goes on after a clean-up that failed', async () => {
    await pass(PAUSE_SECONDS);
    cleaner.end(new Error('The database is unreachable.'));
    await pass(PAUSE_SECONDS);
    expect(cleaner.started).toBe(2);
  });

  it('ends with the clean-up under way, and no other one starts', async () => {
    await pass(PAUSE_SECONDS);
    let isOver = false;
    const over = cleaner.beforeApplicationShutdown().then(() => (isOver = true));
    await pass(PAUSE_SECONDS);
    expect({ isOver, isStopped: cleaner.isStopped }).toEqual({ isOver: false, isStopped: true });
    cleaner.end();
    await over;
    await pass(10 * PAUSE_SECONDS);
    expect(cleaner.started).toBe(1);
  });
});
