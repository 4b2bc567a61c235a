import type { Bell } from '../jobs';
import type { UnzrInfoRow } from './unzr-info';
import type { UnzrInfoRepository, UnzrInfoRequest } from './unzr-info.repository';

/** Takes down a question about a UNZR. The row is the job; the bell only makes it quick. */
export class SyncUnzrInfo {
  constructor(
    private readonly questions: UnzrInfoRepository,
    private readonly bell: Bell,
  ) {}

  async run(request: UnzrInfoRequest): Promise<UnzrInfoRow> {
    const row = await this.questions.ask(request);
    await this.bell.ring();
    return row;
  }
}
