import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { isAllowed, type Caller } from '../domain/access/access.rules';
import { ApiAcceptedResponse, ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CallerOf, Needs, Refuses } from '../http';
import type { UnzrInfoRow } from './unzr-info.repository';
import {
  PENDING_EXAMPLE,
  PROCESSED_EXAMPLE,
  SYNC_UNZR_EXAMPLE,
  SyncUnzrDto,
  UnzrInfoDto,
  UnzrQuery,
} from './unzr-info.dto';
import { UnzrInfoService } from './unzr-info.service';

/** What the register holds under a UNZR: the question, and the answer. */
@Controller('api/admin/unzr_info')
export class UnzrInfoController {
  constructor(private readonly unzrInfo: UnzrInfoService) {}

  @Post('sync')
  @HttpCode(202)
  @Needs('unzr:write', { of: 'NHS' })
  @ApiOperation({
    summary: 'Asks the register what it holds under a UNZR',
    description:
      'The question is kept and the register asked afterwards. To read what is known already takes unzr:read as well.',
  })
  @ApiBody({ type: SyncUnzrDto, examples: { body: { value: SYNC_UNZR_EXAMPLE } } })
  @ApiAcceptedResponse({ type: UnzrInfoDto, example: PENDING_EXAMPLE })
  sync(@Body() { unzr }: SyncUnzrDto, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    return this.unzrInfo.sync({ unzr, userId: caller.userId, reads: isAllowed(caller, 'unzr:read') });
  }

  @Get()
  @Needs('unzr:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'What the register held under a UNZR when it was last asked',
    description: 'Every reading is recorded.',
  })
  @ApiOkResponse({ type: UnzrInfoDto, example: PROCESSED_EXAMPLE })
  @Refuses('unzr_info_not_found')
  read(@Query() { unzr }: UnzrQuery, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    return this.unzrInfo.read(unzr, caller.userId);
  }
}
