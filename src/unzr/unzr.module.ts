import { Module } from '@nestjs/common';
import { JobsWorkerModule } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { UnzrProcessor } from './unzr.processor';
import { UnzrRepository } from './unzr.repository';
import { UnzrStream } from './unzr.stream';

/** The stream unzr. */
@Module({
  imports: [MvsTrembitaModule],
  providers: [UnzrRepository, UnzrStream],
  exports: [UnzrStream],
})
export class UnzrModule {}

/** Its wake-up jobs, for workers. */
@Module({ imports: [JobsWorkerModule], providers: [UnzrProcessor] })
export class UnzrWorkerModule {}
