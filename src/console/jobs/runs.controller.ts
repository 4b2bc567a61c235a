import { Get, Param, Query } from '@nestjs/common';
import { Needs, pagingOf, ShowsList } from '../../http';
import { JobRegistry, JobRunReader, JobRunRepository } from '../../jobs';
import { JobRunQuery, RunPath } from '../../verifications';
import { ConsoleController, Live, Page } from '../frame/page.decorator';
import type { LiveSource } from '../frame/live-streams.service';
import { freshForm } from '../frame/submitted-form';
import { RUN_PAGE, RUN_PART, RUNS_PAGE } from './job.views';
import { type RunModel, runModel, runRow } from './run.model';

/** Runs of jobs: the list, and one run while it goes on. */
@ConsoleController('runs')
export class RunsController {
  constructor(
    private readonly runs: JobRunRepository,
    private readonly reader: JobRunReader,
    private readonly jobs: JobRegistry,
  ) {}

  @Get()
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @Page(RUNS_PAGE)
  async list(@Query() query: JobRunQuery) {
    const { request, filter, job, status, from, to } = query;
    const { runs, total } = await this.runs.list(filter, { size: request.pageSize, offset: request.offset });
    const rows = runs.map((run) => runRow(run, this.reader.paceOf(run)));
    return { runs: rows, paging: pagingOf(request, total), filter: freshForm({ job, status, from, to }) };
  }

  @Get(':run_id')
  @Needs('job:read', { of: 'NHS' })
  @Page(RUN_PAGE)
  run(@Param() { run_id: runId }: RunPath): Promise<RunModel> {
    return this.modelOf(runId);
  }

  @Live(':run_id', RUN_PART)
  @Needs('job:read', { of: 'NHS' })
  async live(@Param() { run_id: runId }: RunPath): Promise<LiveSource<RunModel>> {
    // Refuses an unknown run.
    await this.reader.details(runId);
    return { key: `run/${runId}`, load: () => this.modelOf(runId) };
  }

  private async modelOf(runId: string): Promise<RunModel> {
    const [details, rates] = await Promise.all([this.reader.details(runId), this.reader.rates(runId)]);
    return runModel(details, this.jobs.countersOf(details.run.job), rates);
  }
}
