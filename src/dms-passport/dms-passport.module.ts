import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
import { DmsPassportOfPartiesProcessor, DmsPassportProcessor } from './dms-passport.processor';
import { DmsPassportRepository } from './dms-passport.repository';
import { DmsPassportOfPartiesStream, DmsPassportStream } from './dms-passport.stream';

/** The stream dms_passport, of persons and of parties. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [
    DmsPassportRepository,
    ...[DmsPassportStream, DmsPassportOfPartiesStream].map((Stream) => ({
      provide: Stream,
      inject: [SETTINGS, MvsTrembitaClient, DmsPassportRepository],
      useFactory: (settings: Settings, mvs: MvsTrembitaClient, passports: DmsPassportRepository) =>
        new Stream(settings, mvs, passports),
    })),
  ],
  exports: [DmsPassportStream, DmsPassportOfPartiesStream],
})
export class DmsPassportModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [DmsPassportOfPartiesProcessor, DmsPassportProcessor] })
export class DmsPassportWorkerModule {}
