import { Process, Processor } from '@nestjs/bull';
import { JobWorkers, type WakeUpJob } from '../jobs';
import { DmsPassportOfPartiesStream, DmsPassportStream } from './dms-passport.stream';

/** Wake-up jobs of the stream dms_passport of persons. */
@Processor(DmsPassportStream.JOB)
export class DmsPassportProcessor {
  constructor(private readonly workers: JobWorkers) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.workers.onWakeUp(DmsPassportStream.JOB, job);
  }
}

/** Wake-up jobs of the stream dms_passport of parties. */
@Processor(DmsPassportOfPartiesStream.JOB)
export class DmsPassportOfPartiesProcessor {
  constructor(private readonly workers: JobWorkers) {}

  @Process({ concurrency: 1 })
  wake(job: WakeUpJob): Promise<void> {
    return this.workers.onWakeUp(DmsPassportOfPartiesStream.JOB, job);
  }
}
