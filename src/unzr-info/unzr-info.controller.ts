import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { isAllowed, type Caller } from '../domain/access/access.rules';
import { Refusal } from '../domain/refusal';
import { CallerOf, Describes, Needs, parseBody } from '../http';
import { SyncUnzrInfo } from './sync-unzr-info';
import { KNOWN_INFO, QUESTION } from './described-unzr-info.dto';
import type { UnzrInfoRow } from './unzr-info';
import { READ, SYNC } from './unzr-info.dto';
import { UnzrInfoRepository } from './unzr-info.repository';

/** What the register holds under a UNZR: asked for, and read. */
@Controller('api/admin/unzr_info')
export class UnzrInfoController {
  constructor(
    @Inject(SyncUnzrInfo) private readonly syncUnzrInfo: SyncUnzrInfo,
    @Inject(UnzrInfoRepository) private readonly questions: UnzrInfoRepository,
  ) {}

  @Post('sync')
  @HttpCode(202)
  @Needs('unzr:write', { of: 'NHS' })
  @Describes(QUESTION)
  sync(@Body() body: unknown, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(SYNC, body);
    return this.syncUnzrInfo.run({ unzr, userId: caller.userId, reads: isAllowed(caller, 'unzr:read') });
  }

  @Get()
  @Needs('unzr:read', { of: 'NHS' })
  @Describes(KNOWN_INFO)
  async read(@Query() query: Record<string, unknown>, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(READ, query);
    const row = await this.questions.read(unzr, caller.userId);
    if (row === undefined) throw new Refusal('unzr_info_not_found');
    return row;
  }
}
