import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { MvsTrembita, MvsTrembitaModule } from '../mvs-trembita';
import { DmsPassportRepository } from './dms-passport.repository';
import { DmsPassportStream } from './dms-passport.stream';

/** The stream dms_passport. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [
    DmsPassportRepository,
    {
      provide: DmsPassportStream,
      inject: [SETTINGS, MvsTrembita, DmsPassportRepository],
      useFactory: (settings: Settings, mvs: MvsTrembita, passports: DmsPassportRepository) =>
        new DmsPassportStream(settings, mvs, passports),
    },
  ],
  exports: [DmsPassportStream],
})
export class DmsPassportModule {}
