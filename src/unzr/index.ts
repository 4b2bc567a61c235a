export { UnzrModule, UnzrWorkerModule } from './unzr.module';
export { UNZR_ANSWERS, UNZR_CLEARED_WHEN_MALFORMED, UnzrStream } from './unzr.stream';
