import { Body, Controller, Get, HttpCode, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import type { Caller } from '../../domain/access/access.rules';
import { CallerOf, ListAnswer, Needs, pageOf, PageQuery, Refuses, ShowsList } from '../../http';
import { JobTimetable } from '../../jobs';
import {
  JobPath,
  PAUSED_EXAMPLE,
  PauseDto,
  SCHEDULE_EXAMPLE,
  ScheduleDto,
  shownSchedule,
} from './job-schedule.dto';

/** The timetable of jobs, and their pauses. */
@Controller('api/admin/jobs')
export class JobSchedulesController {
  constructor(private readonly timetable: JobTimetable) {}

  @Get('schedule')
  @ShowsList()
  @Needs('job:read', { of: 'NHS' })
  @ApiOperation({
    summary: 'The timetable: when each job ran last, when it runs next, and whether it is paused',
  })
  @ApiOkResponse({ type: ScheduleDto, isArray: true, example: SCHEDULE_EXAMPLE })
  async all(@Query() { request }: PageQuery): Promise<ListAnswer<ScheduleDto>> {
    const all = await this.timetable.all();
    return new ListAnswer(pageOf(all, request).map(shownSchedule), { request, total: all.length });
  }

  @Post(':name/pause')
  @HttpCode(200)
  @Needs('job:run', { of: 'NHS' })
  @ApiOperation({
    summary: 'Pauses a job',
    description: [
      'From the answer on nothing of the job is claimed and no run of it starts. What is claimed is finished and written;',
      'a run that is going stays RUNNING and goes on when the job is resumed. Checks that officials request at once go on.',
      'The pause of a job that is paused stays as it is, with its user and reason.',
    ].join(' '),
  })
  @ApiBody({ type: PauseDto, examples: { body: { value: { reason: PAUSED_EXAMPLE.reason } } } })
  @ApiOkResponse({ type: ScheduleDto, example: PAUSED_EXAMPLE })
  @Refuses('job_not_found')
  async pause(
    @Param() { name }: JobPath,
    @Body() { reason }: PauseDto,
    @CallerOf() { userId }: Caller,
  ): Promise<ScheduleDto> {
    return shownSchedule(await this.timetable.pause(name, userId, reason));
  }

  @Post(':name/resume')
  @HttpCode(200)
  @Needs('job:run', { of: 'NHS' })
  @ApiOperation({
    summary: 'Resumes a paused job',
    description:
      'A run that was going goes on at once; otherwise the latest tick of the pause is caught up. Does nothing to a job that is not paused.',
  })
  @ApiOkResponse({ type: ScheduleDto, example: SCHEDULE_EXAMPLE })
  @Refuses('job_not_found')
  async resume(@Param() { name }: JobPath, @CallerOf() { userId }: Caller): Promise<ScheduleDto> {
    return shownSchedule(await this.timetable.resume(name, userId));
  }
}
