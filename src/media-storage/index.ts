export { MediaStorageModule, MediaStorageWorkerModule } from './media-storage.module';
export { MediaUploads } from './media-uploads';
export { SweepOrphans } from './sweep-orphans';
