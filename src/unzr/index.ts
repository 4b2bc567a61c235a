export { UnzrModule, UnzrWorkerModule } from './unzr.module';
export { UnzrStream } from './unzr.stream';
export { UNZR_ANSWERS, UNZR_CLEARED_WHEN_MALFORMED } from './unzr.stream';
