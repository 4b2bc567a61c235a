import { Injectable } from '@nestjs/common';
import { Refusal } from '../domain/refusal';
import { type BackgroundTaskQueue, WakeUps } from '../jobs';
import {
  UnzrInfoRepository,
  type UnzrInfoRequest,
  type UnzrInfoRow,
  type UnzrInfoState,
} from './unzr-info.repository';

export const UNZR_INFO_QUEUE = 'unzr-info' satisfies BackgroundTaskQueue;

/** Requests for what the register holds under a UNZR, and its stored answers. */
@Injectable()
export class UnzrInfoService {
  constructor(
    private readonly infos: UnzrInfoRepository,
    private readonly wakeUps: WakeUps,
  ) {}

  /** Stores a request to the register. The row is the task; the wake-up only makes it quick. */
  async sync(request: UnzrInfoRequest): Promise<UnzrInfoRow> {
    const row = await this.infos.request(request);
    await this.wakeUps.notify(UNZR_INFO_QUEUE);
    return row;
  }

  /** Undefined for a UNZR that nobody requested. Every read of a stored row is in the audit log. */
  find(unzr: string, userId: string): Promise<UnzrInfoRow | undefined> {
    return this.infos.read(unzr, userId);
  }

  /** Like `read`, by the id of the request: a UNZR must not be in the address of a page. */
  async readById(id: string, userId: string): Promise<UnzrInfoRow> {
    return required(await this.infos.readById(id, userId));
  }

  /** How far a request is. It says nothing about a person, so it is not audited. Refuses an unknown id. */
  async state(id: string): Promise<UnzrInfoState> {
    return required(await this.infos.state(id));
  }

  /** Like `find`, but refuses an unknown UNZR. */
  async read(unzr: string, userId: string): Promise<UnzrInfoRow> {
    return required(await this.find(unzr, userId));
  }
}

function required<Found>(found: Found | undefined): Found {
  if (found === undefined) throw new Refusal('unzr_info_not_found');
  return found;
}
