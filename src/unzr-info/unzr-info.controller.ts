import { Body, Controller, Get, HttpCode, Inject, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { isAllowed } from '../domain/access/access.rules';
import type { Caller } from '../domain/access/caller';
import { Refusal } from '../domain/refusal';
import { CallerOf, Needs, parseBody, textLike } from '../http';
import { SyncUnzrInfo } from './sync-unzr-info';
import type { UnzrInfoRow } from './unzr-info';
import { UnzrInfoRepository } from './unzr-info.repository';

/** A text of any length that is no UNZR is told so, rather than how long it is; the pattern is quick with all. */
const UNZR = textLike(/^[0-9]{8}-[0-9]{5}$/, { least: 0, most: Infinity });
const SYNC = z.strictObject({ unzr: UNZR });
const READ = z.object({ unzr: UNZR });

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
  sync(@Body() body: unknown, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(SYNC, body);
    return this.syncUnzrInfo.run({ unzr, userId: caller.userId, reads: isAllowed(caller, 'unzr:read') });
  }

  @Get()
  @Needs('unzr:read', { of: 'NHS' })
  async read(@Query() query: Record<string, unknown>, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(READ, query);
    const row = await this.questions.read(unzr, caller.userId);
    if (row === undefined) throw new Refusal('unzr_info_not_found');
    return row;
  }
}
