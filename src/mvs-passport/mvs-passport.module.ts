import { Module } from '@nestjs/common';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { MvsPassportProcessor } from './mvs-passport.processor';
import { MvsPassportRepository } from './mvs-passport.repository';
import { MvsPassportStream } from './mvs-passport.stream';

/** The stream mvs_passport. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [MvsPassportRepository, MvsPassportStream],
  exports: [MvsPassportStream],
})
export class MvsPassportModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [MvsPassportProcessor] })
export class MvsPassportWorkerModule {}
