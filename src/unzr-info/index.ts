export { UnzrInfoModule, UnzrInfoWorkerModule } from './unzr-info.module';
