import { Process, Processor } from '@nestjs/bull';
import { JobWorkers, type WakeUpJob } from '../jobs';
import { MvsPassportStream } from './mvs-passport.stream';

/** Wake-up jobs of the stream mvs_passport. */
@Processor(MvsPassportStream.JOB)
export class MvsPassportProcessor {
  constructor(private readonly workers: JobWorkers) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.workers.onWakeUp(MvsPassportStream.JOB, job);
  }
}
