import { Get, Param, Post } from '@nestjs/common';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { Refusal } from '../../domain/refusal';
import { AnyText, CallerOf, Needs, OneOf } from '../../http';
import {
  JOB_NAMES,
  JobRegistry,
  JobRunner,
  JobRunReader,
  JobTimetable,
  type TimetableEntry,
} from '../../jobs';
import { DueCounts, JobPath, PauseDto } from '../../verifications';
import { ConsoleController, FormOf, Page } from '../frame/page.decorator';
import { type FormState, freshForm, type SubmittedForm } from '../frame/submitted-form';
import { type PageAnswer, SeeOther, WithStatus } from '../frame/view';
import { JOB_CHANGE_PAGE, type JobChangeModel, TIMETABLE_PAGE, type TimetableRow } from './job.views';
import { scheduleWords } from './schedule-words';

const ACTIONS = ['run', 'pause', 'resume'] as const;

class JobChangePath {
  @AnyText()
  name!: string;

  @OneOf(ACTIONS)
  action!: (typeof ACTIONS)[number];
}

const TIMETABLE = '/console/timetable';

/** When jobs run. A job is started, paused and resumed by hand, each after a page that says what it means. */
@ConsoleController('timetable')
export class TimetableController {
  constructor(
    private readonly timetable: JobTimetable,
    private readonly runner: JobRunner,
    private readonly reader: JobRunReader,
    private readonly jobs: JobRegistry,
    private readonly dueCounts: DueCounts,
  ) {}

  @Get()
  @Needs('job:read', { of: 'NHS' })
  @Page(TIMETABLE_PAGE)
  async all(@CallerOf() caller: Caller) {
    const jobs = (await this.timetable.all()).flatMap(rowsOf);
    const timeZone = jobs[0]?.timeZone ?? '';
    return { jobs, timeZone, mayRun: isAllowed(caller, 'job:run') };
  }

  @Get(':name/:action')
  @Needs('job:run', { of: 'NHS' })
  @Page(JOB_CHANGE_PAGE)
  change(@Param() { name, action }: JobChangePath): Promise<JobChangeModel> {
    return this.modelOf(name, action, freshForm());
  }

  @Post(':name/run')
  @Needs('job:run', { of: 'NHS' })
  async start(@Param() { name }: JobPath, @CallerOf() { userId }: Caller): Promise<SeeOther> {
    const { id } = await this.runner.startRun(name, userId);
    return new SeeOther(`/console/runs/${id}`, 'run_started');
  }

  @Post(':name/pause')
  @Needs('job:run', { of: 'NHS' })
  @Page(JOB_CHANGE_PAGE)
  async pause(
    @Param() { name }: JobPath,
    @FormOf(PauseDto) form: SubmittedForm<PauseDto>,
    @CallerOf() { userId }: Caller,
  ): Promise<PageAnswer<JobChangeModel>> {
    const read = await form.read();
    if ('faulty' in read) return new WithStatus(422, await this.modelOf(name, 'pause', read.faulty));
    await this.timetable.pause(name, userId, read.input.reason);
    return new SeeOther(TIMETABLE, 'job_paused');
  }

  @Post(':name/resume')
  @Needs('job:run', { of: 'NHS' })
  async resume(@Param() { name }: JobPath, @CallerOf() { userId }: Caller): Promise<SeeOther> {
    await this.timetable.resume(name, userId);
    return new SeeOther(TIMETABLE, 'job_resumed');
  }

  private async modelOf(
    name: string,
    action: JobChangeModel['action'],
    form: FormState,
  ): Promise<JobChangeModel> {
    const [entry] = rowsOf(await this.timetable.find(name));
    if (entry === undefined) throw new Refusal('job_not_found');
    const due = await this.dueOf(name);
    const perSecond = entry.finishedId === null ? null : await this.paceOf(entry.finishedId);
    const lastsMs = due === undefined || !perSecond ? null : (due.due / perSecond) * 1000;
    return { action, entry, due, lastsMs, form };
  }

  /** Only of jobs that check people; the others would be counted in vain. */
  private async dueOf(name: string): Promise<JobChangeModel['due']> {
    if (!this.jobs.get(name).counters.includes('taken')) return undefined;
    return (await this.dueCounts.read([name])).get(name);
  }

  private async paceOf(runId: string): Promise<number | null> {
    return (await this.reader.details(runId)).pace.perSecond;
  }
}

function rowsOf(entry: TimetableEntry): TimetableRow[] {
  const job = JOB_NAMES.find((name) => name === entry.job);
  return job === undefined ? [] : [{ ...entry, job, words: scheduleWords(entry.schedule) }];
}
