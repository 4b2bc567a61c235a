export { MediaStorageModule, type MediaStorageChoices } from './media-storage.module';
export { MediaUploads } from './media-uploads';
export { SweepOrphans } from './sweep-orphans';
