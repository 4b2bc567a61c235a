import { Injectable } from '@nestjs/common';
import { type BackgroundTaskQueue, WakeUps } from '../jobs';
import type { UnzrInfoRow } from './unzr-info';
import { UnzrInfoRepository, type UnzrInfoRequest } from './unzr-info.repository';

export const UNZR_INFO_QUEUE = 'unzr-info' satisfies BackgroundTaskQueue;

/** Stores a question about a UNZR. The row is the task; the wake-up only makes it quick. */
@Injectable()
export class SyncUnzrInfo {
  constructor(
    private readonly questions: UnzrInfoRepository,
    private readonly wakeUps: WakeUps,
  ) {}

  async run(request: UnzrInfoRequest): Promise<UnzrInfoRow> {
    const row = await this.questions.ask(request);
    await this.wakeUps.notify(UNZR_INFO_QUEUE);
    return row;
  }
}
