import { Module } from '@nestjs/common';
import { JobsModule, JobsWorkerModule } from '../jobs';
import { MvsTrembitaModule } from '../mvs-trembita';
import { UnzrInfoController } from './unzr-info.controller';
import { UnzrInfoProcessor } from './unzr-info.processor';
import { UnzrInfoRepository } from './unzr-info.repository';
import { UnzrInfoResolver } from './unzr-info.resolver';
import { UnzrInfoService } from './unzr-info.service';

/** What the register holds under one UNZR, for officials. It knows no person and changes no verification. */
@Module({
  imports: [JobsModule],
  controllers: [UnzrInfoController],
  providers: [UnzrInfoService, UnzrInfoRepository, UnzrInfoResolver],
  exports: [UnzrInfoRepository, UnzrInfoService],
})
export class UnzrInfoModule {}

/** Asks the register about requested UNZRs; for workers. */
@Module({
  imports: [UnzrInfoModule, JobsWorkerModule, MvsTrembitaModule],
  providers: [UnzrInfoProcessor],
})
export class UnzrInfoWorkerModule {}
