import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { Needs } from '../../http';
import { OverviewService } from '../overview/overview.service';
import { SWEEPS_EXAMPLE, SweepsDto, sweepsDto } from './sweeps.dto';

/** How the checks of all streams go on. */
@Controller('api/admin/sweeps')
export class SweepsController {
  constructor(private readonly overview: OverviewService) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'How the checks go on: a row a stream of persons or parties, and conditions that need somebody',
    description: 'A condition is named as the alert that fires when it lasts.',
  })
  @ApiOkResponse({ type: SweepsDto, example: SWEEPS_EXAMPLE })
  async read(): Promise<SweepsDto> {
    return sweepsDto(await this.overview.read());
  }
}
