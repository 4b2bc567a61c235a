import { Get, Param, Post } from '@nestjs/common';
import { type Caller, isAllowed } from '../../domain/access/access.rules';
import { AnyText, CallerOf, MayBeAbsent, Needs, OneOf, TextLike } from '../../http';
import {
  isReview,
  JobRegistry,
  JobRunner,
  JobRunReader,
  JobTimetable,
  type TimetableEntry,
} from '../../jobs';
import { type DueCount, DueCounts, JobPath, PauseDto } from '../../verifications';
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

/** The pause that the page showed, by its beginning in milliseconds; 0 when the job was not paused. */
class ResumeForm {
  @MayBeAbsent()
  @TextLike(/^[0-9]{1,15}$/)
  seen?: string;
}

const TIMETABLE = '/console/timetable';

/** When jobs run. A job is started, paused and resumed by hand, each after a page that explains what it means. */
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
    const jobs = (await this.timetable.all()).map(rowOf);
    return { jobs, mayRun: isAllowed(caller, 'job:run') };
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
  async resume(
    @Param() { name }: JobPath,
    @FormOf(ResumeForm) form: SubmittedForm<ResumeForm>,
    @CallerOf() { userId }: Caller,
  ): Promise<SeeOther> {
    const { seen } = await form.input();
    await this.timetable.resume(name, userId, seen === undefined ? undefined : new Date(Number(seen)));
    return new SeeOther(TIMETABLE, 'job_resumed');
  }

  private async modelOf(
    name: string,
    action: JobChangeModel['action'],
    form: FormState,
  ): Promise<JobChangeModel> {
    const entry = rowOf(await this.timetable.find(name));
    const due = await this.dueOf(name);
    const lastsMs = action === 'run' && due !== undefined ? await this.timeFor(due, entry) : null;
    return { action, entry, due, lastsMs, form };
  }

  /** Only of jobs that check people; the others would be counted in vain. */
  private async dueOf(name: string): Promise<JobChangeModel['due']> {
    if (!isReview(this.jobs.get(name).counters)) return undefined;
    return (await this.dueCounts.read([name])).get(name);
  }

  /** At the speed of the last finished run; null when there is none, or it did nothing. */
  private async timeFor({ due }: DueCount, { finishedId }: TimetableRow): Promise<number | null> {
    if (finishedId === null) return null;
    const { perSecond } = (await this.reader.details(finishedId)).pace;
    return perSecond === null || perSecond === 0 ? null : (due / perSecond) * 1000;
  }
}

const rowOf = (entry: TimetableEntry): TimetableRow => ({ ...entry, words: scheduleWords(entry.schedule) });
