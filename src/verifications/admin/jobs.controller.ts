import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ListAnswer, parsePaging } from '../../http';
import { JobList, JobRunRepository, runSummary } from '../../jobs';

/** What the jobs did and do, newest first. */
@Controller('api/admin/jobs')
export class JobsController {
  constructor(
    @Inject(JobRunRepository) private readonly runs: JobRunRepository,
    @Inject(JobList) private readonly jobs: JobList,
  ) {}

  @Get()
  async list(@Query() query: Record<string, unknown>): Promise<ListAnswer<Record<string, unknown>>> {
    const request = parsePaging(query);
    const { runs, total } = await this.runs.list({ size: request.pageSize, offset: request.offset });
    const summaries = runs.map((run) => ({
      ...runSummary(run, this.jobs.countersOf(run.job)),
      started_by: run.startedBy,
    }));
    return new ListAnswer(summaries, { request, total });
  }
}
