export { MediaStorageModule, MediaStorageWorkerModule } from './media-storage.module';
export { MediaUploads } from './media-uploads.service';
export { OrphanCleaner } from './orphan-cleaner.service';
