import { Module, type Provider } from '@nestjs/common';
import type { Settings } from '../config/settings.schema';
import { SETTINGS } from '../config/settings.module';
import { BackgroundTaskLoops, JobsModule, JobsWorkerModule } from '../jobs';
import { RegisterLimiter, MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
import { Log } from '../observability';
import { FetchUnzrInfo } from './fetch-unzr-info';
import { SyncUnzrInfo, UNZR_INFO_QUEUE } from './sync-unzr-info';
import { UnzrInfoController } from './unzr-info.controller';
import { UnzrInfoProcessor } from './unzr-info.processor';
import { UnzrInfoRepository } from './unzr-info.repository';
import { UnzrInfoResolver } from './unzr-info.resolver';

/** What the register holds under one UNZR, for officials. It knows no person and changes no verification. */
@Module({
  imports: [JobsModule],
  controllers: [UnzrInfoController],
  providers: [UnzrInfoRepository, UnzrInfoResolver, SyncUnzrInfo],
  exports: [UnzrInfoRepository],
})
export class UnzrInfoModule {}

const fetchUnzrInfo: Provider = {
  provide: FetchUnzrInfo,
  inject: [UnzrInfoRepository, MvsTrembitaClient, RegisterLimiter, Log, SETTINGS, BackgroundTaskLoops],
  useFactory: (
    ...given: [UnzrInfoRepository, MvsTrembitaClient, RegisterLimiter, Log, Settings, BackgroundTaskLoops]
  ) => {
    const [questions, mvs, gate, log, settings, loops] = given;
    const leaseSeconds = settings.VERIFICATION_LEASE_SECONDS;
    const fetch = new FetchUnzrInfo({ questions, mvs, gate, log, leaseSeconds });
    loops.add(UNZR_INFO_QUEUE, fetch);
    return fetch;
  },
};

/** Asks the register about the UNZRs that wait for it; for workers. */
@Module({
  imports: [UnzrInfoModule, JobsWorkerModule, MvsTrembitaModule],
  providers: [fetchUnzrInfo, UnzrInfoProcessor],
})
export class UnzrInfoWorkerModule {}
