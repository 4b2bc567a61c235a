import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { MvsTrembita, MvsTrembitaModule } from '../mvs-trembita';
import { DmsPassportRepository } from './dms-passport.repository';
import { DmsPassportOfPartiesStream, DmsPassportStream } from './dms-passport.stream';

/** The stream dms_passport, of persons and of parties. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [
    DmsPassportRepository,
    ...[DmsPassportStream, DmsPassportOfPartiesStream].map((Stream) => ({
      provide: Stream,
      inject: [SETTINGS, MvsTrembita, DmsPassportRepository],
      useFactory: (settings: Settings, mvs: MvsTrembita, passports: DmsPassportRepository) =>
        new Stream(settings, mvs, passports),
    })),
  ],
  exports: [DmsPassportStream, DmsPassportOfPartiesStream],
})
export class DmsPassportModule {}
