import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { isAllowed, type Caller } from '../domain/access/access.rules';
import { CallerOf, Describes, Needs, parseBody } from '../http';
import { KNOWN_INFO, QUESTION } from './described-unzr-info.dto';
import type { UnzrInfoRow } from './unzr-info.repository';
import { UnzrInfoService } from './unzr-info.service';
import { READ, SYNC } from './unzr-info.dto';

/** What the register holds under a UNZR: asked for, and read. */
@Controller('api/admin/unzr_info')
export class UnzrInfoController {
  constructor(private readonly unzrInfo: UnzrInfoService) {}

  @Post('sync')
  @HttpCode(202)
  @Needs('unzr:write', { of: 'NHS' })
  @Describes(QUESTION)
  sync(@Body() body: unknown, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(SYNC, body);
    return this.unzrInfo.sync({ unzr, userId: caller.userId, reads: isAllowed(caller, 'unzr:read') });
  }

  @Get()
  @Needs('unzr:read', { of: 'NHS' })
  @Describes(KNOWN_INFO)
  read(@Query() query: Record<string, unknown>, @CallerOf() caller: Caller): Promise<UnzrInfoRow> {
    const { unzr } = parseBody(READ, query);
    return this.unzrInfo.read(unzr, caller.userId);
  }
}
