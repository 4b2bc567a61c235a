import { Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import type { Caller } from '../../domain/access/access.rules';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { CallerOf, ListAnswer, Needs, Refuses, ShowsList } from '../../http';
import { JobRegistry, type JobRun, JobRunner, JobRunReader, JobRunRepository } from '../../jobs';
import {
  JOB_RUN_DETAILS_EXAMPLE,
  JOB_RUN_EXAMPLE,
  JobRunDetailsDto,
  JobRunDto,
  JobRunQuery,
  RunPath,
  shownDetails,
  shownRun,
} from './job-run.dto';
import { JobPath } from './job-schedule.dto';

/** The runs of jobs, newest first; and the start of a run by hand. */
@Controller('api/admin/jobs')
export class JobsController {
  constructor(
    private readonly runs: JobRunRepository,
    private readonly reader: JobRunReader,
    private readonly jobs: JobRegistry,
    private readonly runner: JobRunner,
  ) {}

  @Get()
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'Runs of jobs, newest first',
    description: 'Optionally of one job, with one status, started on the days from `from` to `to` in Kyiv.',
  })
  @ApiOkResponse({ type: JobRunDto, isArray: true, example: JOB_RUN_EXAMPLE })
  async list(@Query() { request, filter }: JobRunQuery): Promise<ListAnswer<Record<string, unknown>>> {
    const { runs, total } = await this.runs.list(filter, { size: request.pageSize, offset: request.offset });
    return new ListAnswer(
      runs.map((run) => this.shown(run)),
      { request, total },
    );
  }

  @Get(':run_id')
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({ summary: 'One run of a job, with the workers that take part in it' })
  @ApiOkResponse({ type: JobRunDetailsDto, example: JOB_RUN_DETAILS_EXAMPLE })
  @Refuses('job_not_found')
  async details(@Param() { run_id: runId }: RunPath): Promise<Record<string, unknown>> {
    const details = await this.reader.details(runId);
    return shownDetails(details, this.jobs.countersOf(details.run.job));
  }

  @Post(':name/run')
  @HttpCode(202)
  @Needs('job:run', { of: 'NHS' })
  @ApiOperation({
    summary: 'Starts a job by hand',
    description: 'The workers do it; the answer is the run at its start.',
  })
  @ApiAcceptedResponse({ type: JobRunDto, example: JOB_RUN_EXAMPLE })
  @Refuses('job_not_found', 'job_already_running', 'job_paused')
  async start(@Param() { name }: JobPath, @CallerOf() caller: Caller): Promise<Record<string, unknown>> {
    return this.shown(await this.runner.startRun(name, caller.userId));
  }

  private shown(run: JobRun): Record<string, unknown> {
    return shownRun(run, this.jobs.countersOf(run.job), this.reader.paceOf(run));
  }
}
