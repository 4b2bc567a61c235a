import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
import { UnzrProcessor } from './unzr.processor';
import { UnzrRepository } from './unzr.repository';
import { UnzrStream } from './unzr.stream';

/** The stream unzr. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [
    UnzrRepository,
    {
      provide: UnzrStream,
      inject: [SETTINGS, MvsTrembitaClient, UnzrRepository],
      useFactory: (settings: Settings, mvs: MvsTrembitaClient, records: UnzrRepository) =>
        new UnzrStream(settings, mvs, records),
    },
  ],
  exports: [UnzrStream],
})
export class UnzrModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [UnzrProcessor] })
export class UnzrWorkerModule {}
