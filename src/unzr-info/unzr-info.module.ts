import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { Bell, ErrandLoop, ErrandsModule } from '../jobs';
import { RegisterLimiter, MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
import { Log } from '../observability';
import { FetchUnzrInfo } from './fetch-unzr-info';
import { SyncUnzrInfo } from './sync-unzr-info';
import { UnzrInfoController } from './unzr-info.controller';
import { UnzrInfoRepository } from './unzr-info.repository';
import { UnzrInfoResolver } from './unzr-info.resolver';

/** What the register holds under one UNZR, for officials. It knows no person and changes no verification. */
@Module({})
export class UnzrInfoModule {
  static of({ works, rings }: { readonly works: boolean; readonly rings: boolean }): DynamicModule {
    return {
      module: UnzrInfoModule,
      imports: [MvsTrembitaModule, ErrandsModule.of({ name: 'unzr-info', works, rings })],
      controllers: [UnzrInfoController],
      providers: [UnzrInfoRepository, UnzrInfoResolver, syncUnzrInfo, ...(works ? [fetchUnzrInfo] : [])],
    };
  }
}

const syncUnzrInfo: Provider = {
  provide: SyncUnzrInfo,
  inject: [UnzrInfoRepository, Bell],
  useFactory: (questions: UnzrInfoRepository, bell: Bell) => new SyncUnzrInfo(questions, bell),
};

const fetchUnzrInfo: Provider = {
  provide: FetchUnzrInfo,
  inject: [UnzrInfoRepository, MvsTrembitaClient, RegisterLimiter, Log, SETTINGS, ErrandLoop],
  useFactory: (
    ...given: [UnzrInfoRepository, MvsTrembitaClient, RegisterLimiter, Log, Settings, ErrandLoop]
  ) => {
    const [questions, mvs, gate, log, settings, loop] = given;
    const leaseSeconds = settings.VERIFICATION_LEASE_SECONDS;
    const fetch = new FetchUnzrInfo({ questions, mvs, gate, log, leaseSeconds });
    loop.does(fetch);
    return fetch;
  },
};
