import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ListAnswer, Needs, PageQuery, ShowsList } from '../../http';
import { WorkingInstances } from '../working-instances.service';
import { INSTANCE_EXAMPLE, instanceDto, InstanceDto } from './processes.dto';

/** The processes of the installation. */
@Controller('api/admin/processes')
export class ProcessesController {
  constructor(private readonly processes: WorkingInstances) {}

  @Get()
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'API processes and workers, newest first',
    description:
      'A process that was killed stays in the list for a week, silent since its last sign of life.',
  })
  @ApiOkResponse({ type: InstanceDto, isArray: true, example: INSTANCE_EXAMPLE })
  async list(@Query() { request }: PageQuery): Promise<ListAnswer<InstanceDto>> {
    const { entries, total } = await this.processes.list(request);
    return new ListAnswer(entries.map(instanceDto), { request, total });
  }
}
