import { Module, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { Transactions } from '../database/transactions';
import { Log, Metrics } from '../observability';
import { DirectoryStore } from './directory-store';
import { MEDIA_STORE, type MediaStore } from './media-store';
import { MediaUploadRepository } from './media-upload.repository';
import { MediaUploads } from './media-uploads';
import { S3Store } from './s3-store';
import { SweepAtTimes } from './sweep-at-times';
import { SweepOrphans } from './sweep-orphans';
import { sweepPaceOf } from './sweep-pace.rules';

const WAITING = Symbol('WAITING');

const store: Provider = {
  provide: MEDIA_STORE,
  inject: [SETTINGS],
  useFactory: (settings: Settings): MediaStore =>
    settings.MEDIA_STORAGE === 's3'
      ? new S3Store({
          url: settings.MEDIA_STORAGE_S3_URL ?? '',
          region: settings.MEDIA_STORAGE_S3_REGION,
          accessKey: settings.MEDIA_STORAGE_S3_ACCESS_KEY ?? '',
          secretKey: settings.MEDIA_STORAGE_S3_SECRET_KEY ?? '',
        })
      : new DirectoryStore(settings.MEDIA_STORAGE_DIRECTORY),
};

const repository: Provider = {
  provide: MediaUploadRepository,
  inject: [Transactions],
  useFactory: (transactions: Transactions) => new MediaUploadRepository(transactions),
};

const mediaUploads: Provider = {
  provide: MediaUploads,
  inject: [MEDIA_STORE, MediaUploadRepository, Log, SETTINGS],
  useFactory: (...given: [MediaStore, MediaUploadRepository, Log, Settings]) => {
    const [media, uploads, log, settings] = given;
    return new MediaUploads({ store: media, uploads, log, timeoutMs: settings.MEDIA_STORAGE_TIMEOUT_MS });
  },
};

const paceOf = (settings: Settings) =>
  sweepPaceOf({
    orphanMinutes: settings.MEDIA_ORPHAN_MINUTES,
    timeoutMs: settings.MEDIA_STORAGE_TIMEOUT_MS,
  });

const sweepOrphans: Provider = {
  provide: SweepOrphans,
  inject: [MEDIA_STORE, MediaUploadRepository, Log, Metrics, SETTINGS],
  useFactory: (...given: [MediaStore, MediaUploadRepository, Log, Metrics, Settings]) => {
    const [media, uploads, log, metrics, settings] = given;
    return new SweepOrphans(
      { store: media, uploads, log, metrics },
      {
        olderThanSeconds: paceOf(settings).olderThanSeconds,
        timeoutMs: settings.MEDIA_STORAGE_TIMEOUT_MS,
      },
    );
  },
};

const sweepAtTimes: Provider = {
  provide: SweepAtTimes,
  inject: [SweepOrphans, Log, SETTINGS],
  useFactory: (sweep: SweepOrphans, log: Log, settings: Settings) =>
    new SweepAtTimes({ sweep, log, pauseSeconds: paceOf(settings).pauseSeconds }),
};

const waiting: Provider = {
  provide: WAITING,
  inject: [MediaUploadRepository, Metrics],
  useFactory: (uploads: MediaUploadRepository, metrics: Metrics) => {
    metrics.refreshBy(async () => metrics.mediaUploadsWaiting.set(await uploads.waiting()));
  },
};

/** Objects that belong to persons: where they are stored, and that no orphan stays. */
@Module({
  providers: [store, repository, mediaUploads, waiting, sweepOrphans],
  exports: [MediaUploads, SweepOrphans],
})
export class MediaStorageModule {}

/** Removes objects of failed registrations from time to time; for workers. */
@Module({ imports: [MediaStorageModule], providers: [sweepAtTimes] })
export class MediaStorageWorkerModule {}
