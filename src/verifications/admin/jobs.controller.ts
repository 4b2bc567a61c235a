import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { Refusal } from '../../domain/refusal';
import { CallerOf, Describes, ListAnswer, Needs, ParseId, parsePaging } from '../../http';
import { JobRegistry, type JobRun, JobRunner, JobRunRepository, runSummary } from '../../jobs';
import { LIST_OF_RUNS, ONE_RUN, START_OF_RUN } from './described-jobs.dto';

/** What the jobs did and do, newest first; and their start by hand. */
@Controller('api/admin/jobs')
export class JobsController {
  constructor(
    private readonly runs: JobRunRepository,
    private readonly jobs: JobRegistry,
    private readonly runner: JobRunner,
  ) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @Describes(LIST_OF_RUNS)
  async list(@Query() query: Record<string, unknown>): Promise<ListAnswer<Record<string, unknown>>> {
    const request = parsePaging(query);
    const { runs, total } = await this.runs.list({ size: request.pageSize, offset: request.offset });
    return new ListAnswer(
      runs.map((run) => this.told(run)),
      { request, total },
    );
  }

  @Get(':run_id')
  @Needs('job:read', { of: 'NHS' })
  @Describes(ONE_RUN)
  async details(@Param('run_id', ParseId) runId: string): Promise<Record<string, unknown>> {
    const run = await this.runs.find(runId);
    if (run === undefined) throw new Refusal('job_not_found');
    return this.told(run);
  }

  @Post(':name/run')
  @HttpCode(202)
  @Needs('job:run', { of: 'NHS' })
  @Describes(START_OF_RUN)
  async start(@Param('name') name: string, @CallerOf() caller: Caller): Promise<Record<string, unknown>> {
    return this.told(await this.runner.startRun(name, caller.userId));
  }

  private told(run: JobRun): Record<string, unknown> {
    return { ...runSummary(run, this.jobs.countersOf(run.job)), started_by: run.startedBy };
  }
}
