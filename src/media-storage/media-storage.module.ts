import { Module } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { Metrics } from '../observability';
import { DirectoryStore } from './directory-store';
import { MEDIA_STORE, type MediaStore } from './media-store';
import { MediaUploads } from './media-uploads.service';
import { OrphanCleaner } from './orphan-cleaner.service';
import { S3Store } from './s3-store';
import { UploadLogRepository } from './upload-log.repository';

function chosenStore(settings: Settings): MediaStore {
  return settings.MEDIA_STORAGE === 's3'
    ? new S3Store({
        url: settings.MEDIA_STORAGE_S3_URL ?? '',
        region: settings.MEDIA_STORAGE_S3_REGION,
        accessKey: settings.MEDIA_STORAGE_S3_ACCESS_KEY ?? '',
        secretKey: settings.MEDIA_STORAGE_S3_SECRET_KEY ?? '',
      })
    : new DirectoryStore(settings.MEDIA_STORAGE_DIRECTORY);
}

/** Objects that belong to persons, and a log of those whose registration is not committed yet. */
@Module({
  providers: [
    { provide: MEDIA_STORE, inject: [SETTINGS], useFactory: chosenStore },
    UploadLogRepository,
    MediaUploads,
  ],
  exports: [MEDIA_STORE, UploadLogRepository, MediaUploads],
})
export class MediaStorageModule {
  constructor(uploadLog: UploadLogRepository, metrics: Metrics) {
    metrics.refreshBy(async () => metrics.mediaUploadsWaiting.set(await uploadLog.waiting()));
  }
}

/** The clean-up of objects that failed registrations have left. */
@Module({
  imports: [MediaStorageModule],
  providers: [OrphanCleaner],
  exports: [OrphanCleaner],
})
export class MediaStorageWorkerModule {}
