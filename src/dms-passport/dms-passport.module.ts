import { Module } from '@nestjs/common';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { DmsPassportOfPartiesProcessor, DmsPassportProcessor } from './dms-passport.processor';
import { DmsPassportRepository } from './dms-passport.repository';
import { DmsPassportOfPartiesStream, DmsPassportStream } from './dms-passport.stream';

/** The stream dms_passport, of persons and of parties. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [DmsPassportRepository, DmsPassportOfPartiesStream, DmsPassportStream],
  exports: [DmsPassportOfPartiesStream, DmsPassportStream],
})
export class DmsPassportModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [DmsPassportOfPartiesProcessor, DmsPassportProcessor] })
export class DmsPassportWorkerModule {}
