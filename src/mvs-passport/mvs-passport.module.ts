import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
import { MvsPassportProcessor } from './mvs-passport.processor';
import { MvsPassportRepository } from './mvs-passport.repository';
import { MvsPassportStream } from './mvs-passport.stream';

/** The stream mvs_passport. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [
    MvsPassportRepository,
    {
      provide: MvsPassportStream,
      inject: [SETTINGS, MvsTrembitaClient, MvsPassportRepository],
      useFactory: (settings: Settings, mvs: MvsTrembitaClient, passports: MvsPassportRepository) =>
        new MvsPassportStream(settings, mvs, passports),
    },
  ],
  exports: [MvsPassportStream],
})
export class MvsPassportModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [MvsPassportProcessor] })
export class MvsPassportWorkerModule {}
