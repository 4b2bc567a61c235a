import { Get, Query } from '@nestjs/common';
import { Needs, PageQuery, type Paging, pagingOf, ShowsList } from '../../http';
import { type WorkingInstance, WorkingInstances } from '../../verifications';
import { ConsoleController, Page } from '../frame/page.decorator';
import { view } from '../frame/view';

/** A page of the processes. */
interface ProcessesModel {
  readonly processes: readonly WorkingInstance[];
  readonly paging: Paging;
}

const AT = new Date('2026-03-02T01:04:00Z');

const instance = (host: string): WorkingInstance => ({
  id: '5a5b1c9e-0000-4000-8000-000000000006',
  role: 'worker',
  host,
  version: host,
  startedAt: AT,
  lastSeenAt: AT,
  isSilent: false,
  silentSeconds: 1,
  claims: 1,
  oldestClaimAt: AT,
});

const { request: FIRST_PAGE } = new PageQuery();

const PROCESSES_PAGE = view<ProcessesModel>('processes', (freeText) => [
  {
    processes: [
      instance(freeText),
      { ...instance(freeText), role: 'api', isSilent: true, claims: 0, oldestClaimAt: undefined },
      { ...instance(freeText), role: 'api_and_worker' },
      { ...instance(freeText), role: 'command' },
    ],
    paging: pagingOf(FIRST_PAGE, 4),
  },
  { processes: [], paging: pagingOf(FIRST_PAGE, 0) },
]);

/** The processes of the installation. */
@ConsoleController('processes')
export class ProcessesPageController {
  constructor(private readonly processes: WorkingInstances) {}

  @Get()
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @Page(PROCESSES_PAGE)
  async list(@Query() { request }: PageQuery): Promise<ProcessesModel> {
    const { entries, total } = await this.processes.list(request);
    return { processes: entries, paging: pagingOf(request, total) };
  }
}
