import { Module } from '@nestjs/common';
import type { Settings } from '../config/env';
import { SETTINGS } from '../config/settings.module';
import { MvsTrembitaClient, MvsTrembitaModule } from '../mvs-trembita';
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
