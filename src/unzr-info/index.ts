export { SyncUnzrDto } from './unzr-info.dto';
export { UnzrInfoModule, UnzrInfoWorkerModule } from './unzr-info.module';
export type { UnzrInfoRow, UnzrInfoState } from './unzr-info.repository';
export { UnzrInfoService } from './unzr-info.service';
