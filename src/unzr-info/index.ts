export { UnzrInfoModule } from './unzr-info.module';
